// SPDX-License-Identifier: Apache-2.0
// The first part of ControllerCore: what comes in from the API and the nodes.
#include "cloud/controller/controller_core.hpp"

#include <spdlog/spdlog.h>

#include <utility>

#include "cloud/controller/core_state.hpp"
#include "cloud/object/member_scan.hpp"

namespace hearth::controller {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxEarlyReports = 8192;
constexpr std::size_t kMaxEarlyBytes = 8 * 1024 * 1024;
constexpr std::size_t kMaxLogged = 1024;

}  // namespace

ControllerCore::ControllerCore(Clock clock, ControllerOptions options)
    : state_(std::make_unique<State>(std::move(clock), std::move(options))) {}
ControllerCore::~ControllerCore() = default;

void ControllerCore::model_upsert(ObjectPtr object) {
  state_->run(state_->downlink().model_upsert(std::move(object)));
}
void ControllerCore::model_delete(ObjectPtr object) {
  state_->run(state_->downlink().model_delete(std::move(object)));
}
void ControllerCore::device_upsert(ObjectPtr object) {
  state_->device_upsert(std::move(object));
}
void ControllerCore::device_delete(ObjectPtr object) {
  state_->device_delete(std::move(object));
}
void ControllerCore::node_found(const std::string& node) {
  state_->nodes().found(node);
}
void ControllerCore::synced() {
  state_->synced();
}

void ControllerCore::node_connected(const std::string& node, bool hearth_peer, const std::string& address) {
  state_->node_connected(node, hearth_peer, address);
}
void ControllerCore::node_disconnected(const std::string& node) {
  state_->node_disconnected(node);
}
void ControllerCore::node_duplicate(const std::string& node, const std::string& why) {
  state_->node_duplicate(node, why);
}
void ControllerCore::node_messages(const std::string& node, const std::vector<wire::HubMessage>& messages) {
  for (const auto& message : messages)
    state_->node_report(node, read_report(message));
}
void ControllerCore::node_reports(const std::string& node, std::vector<NodeReport> reports) {
  for (auto& report : reports)
    state_->node_report(node, std::move(report));
}
void ControllerCore::acked(std::uint64_t token, bool ok) {
  state_->run(state_->downlink().acked(token, ok));
}

void ControllerCore::status_written(const DeviceId& device, ObjectPtr answer) {
  state_->status_written(device, std::move(answer));
}
void ControllerCore::status_failed(const DeviceId& device, const Error& error, ObjectPtr fresh) {
  state_->status_failed(device, error, std::move(fresh));
}
void ControllerCore::event_written(const std::string& name, const Result<void>& result) {
  state_->event_written(name, result);
}
void ControllerCore::node_written(const std::string& node, const Result<void>& result) {
  state_->node_written(node, result);
}

void ControllerCore::tick() {
  state_->tick();
}
ControllerOutput ControllerCore::take() {
  return state_->take();
}
std::optional<std::chrono::nanoseconds> ControllerCore::wake_after() const {
  return state_->wake_after();
}
std::size_t ControllerCore::statuses_waiting() const {
  return state_->patches().size();
}

ControllerCore::State::State(Clock clock, ControllerOptions options)
    : clock_(std::move(clock)),
      options_(std::move(options)),
      downlink_(clock_, {options_.new_id, options_.steady, options_.move_wait}),
      nodes_(clock_, options_),
      events_(options_.new_id) {}

void ControllerCore::State::run(DownlinkOutput output) {
  out_.sends.insert(out_.sends.end(), std::make_move_iterator(output.sends.begin()),
                    std::make_move_iterator(output.sends.end()));
  for (const auto& device : output.touched)
    touch(device);
}

void ControllerCore::State::touch(const DeviceId& id) {
  const DeviceObject* device = downlink_.device(id);
  if (device && synced_) patches_.touch(id, device->uid);
}

void ControllerCore::State::device_upsert(ObjectPtr object) {
  auto device = read_device(std::move(object));
  if (!device) return;
  nodes_.track(device->node);
  const DeviceObject* known = downlink_.device(device->id);
  if (known && known->uid != device->uid) {
    forget(device->id, {Verdict::old_device, "the device was deleted and made again"});
  }
  if (known && known->uid == device->uid) restore_if_wiped(base_.newest(*known), *device);
  bool own_write = base_.observed(*device);
  const auto write = statuses_.find(device->id);
  if (!own_write && write != statuses_.end()) {
    // The watch may be quicker than the answer to our patch: judged when that is here.
    write->second.echo_unsettled = true;
    own_write = true;
  }
  run(downlink_.device_upsert(*std::move(device), own_write));
}

/// Where status is no subresource, replacing a device by its manifest takes away what was reported, and the node has
/// no reason to report it again.
void ControllerCore::State::restore_if_wiped(const ApiObject& before, const DeviceObject& device) {
  if (!synced_ || !object::value_at(device.object->status(), {"twins"}).empty()) return;
  const json status = before.status();
  const json* twins = find_at(status, {"twins"});
  if (!twins || twins->empty()) return;
  if (before.resource_version == device.resource_version) return;
  if (is_later(before.resource_version, device.resource_version)) return;
  patches_.restore(device.id, device.uid, recall(status));
}

void ControllerCore::State::device_delete(ObjectPtr object) {
  if (const auto device = read_device(object)) {
    forget(device->id, {Verdict::unknown_device, "the device was deleted"});
  }
  run(downlink_.device_delete(std::move(object)));
}

void ControllerCore::State::forget(const DeviceId& device, const Judgement& judgement) {
  refuse(patches_.remove(device), judgement);
  base_.forget(device);
  texts_written_.erase(device);
}

void ControllerCore::State::synced() {
  if (std::exchange(synced_, true)) return;
  spdlog::info("controller: {} devices known", downlink_.device_count());
  run(downlink_.api_synced());
  early_bytes_ = 0;
  for (auto& early : std::exchange(early_, {}))
    judge_report(early.node, std::move(early.report));
}

void ControllerCore::State::node_connected(const std::string& node, bool hearth_peer,
                                           const std::string& address) {
  const bool matters = nodes_.connected(node, hearth_peer, address);
  std::erase_if(logged_, [&node](const std::string& key) { return key.starts_with(node + " "); });
  run(downlink_.node_connected(node, hearth_peer));
  if (!matters) return;
  for (const auto& device : downlink_.devices_of(node))
    touch(device);
}

void ControllerCore::State::node_disconnected(const std::string& node) {
  nodes_.disconnected(node);
  run(downlink_.node_disconnected(node));
}

void ControllerCore::State::node_duplicate(const std::string& node, const std::string& why) {
  events_.of_node(node, "DuplicateNode", why, clock_());
}

void ControllerCore::State::node_report(const std::string& node, NodeReport report) {
  if (synced_) {
    judge_report(node, std::move(report));
  } else {
    keep_early(node, std::move(report));
  }
}

void ControllerCore::State::keep_early(const std::string& node, NodeReport report) {
  const std::size_t bytes = size_of(report);
  // One that falls out is not answered: the node sends it again.
  if (early_.size() >= kMaxEarlyReports || early_bytes_ + bytes > kMaxEarlyBytes) return;
  early_bytes_ += bytes;
  early_.push_back({node, std::move(report)});
}

void ControllerCore::State::judge_report(const std::string& node, NodeReport report) {
  if (report.kind == NodeReport::Kind::membership_request) {
    run(downlink_.membership_requested(node, report.msg_id));
    return;
  }
  const DeviceObject* device = downlink_.device(report.device);
  const auto judgement = judge(report, node, device);
  ++out_.reports[static_cast<std::size_t>(judgement.verdict)];
  if (judgement.verdict != Verdict::take) {
    log_once(node, judgement);
    if (auto content = refusal(judgement)) answer(node, report.msg_id, *std::move(content));
    return;
  }
  if (!report.event_id.empty()) {
    out_.traces.push_back({7, report.device, report.event_id, report.text + " handed to DeviceController"});
  }
  patches_.add(report.device, device->uid, std::move(report.change),
               {node, std::move(report.msg_id), std::move(report.event_id), std::move(report.text)});
}

void ControllerCore::State::log_once(const std::string& node, const Judgement& judgement) {
  if (logged_.size() >= kMaxLogged) return;
  const std::string verdict(to_string(judgement.verdict));
  if (!logged_.insert(node + " " + verdict).second) return;
  spdlog::warn("controller: a message of node {} is not taken ({}): {}; more of this kind are only counted",
               node, verdict, judgement.why);
}

void ControllerCore::State::answer(const std::string& node, const std::string& msg_id,
                                   nlohmann::json content) {
  auto message = make_answer(msg_id, std::move(content), to_unix_ms(clock_()));
  if (options_.new_id) message.header.msg_id = options_.new_id();
  out_.sends.push_back({node, std::move(message), 0});
}

void ControllerCore::State::confirm(const std::vector<Receipt>& receipts) {
  for (const auto& receipt : receipts)
    answer(receipt.node, receipt.msg_id, "OK");
}

void ControllerCore::State::refuse(const std::vector<Receipt>& receipts, const Judgement& judgement) {
  const auto content = refusal(judgement);
  if (!content) return;
  for (const auto& receipt : receipts)
    answer(receipt.node, receipt.msg_id, *content);
}

void ControllerCore::State::tick() {
  const auto now = options_.steady();
  const auto due = nodes_.expire(now);
  for (const auto& node : due.gone) {
    for (const auto& device : downlink_.devices_of(node))
      touch(device);
  }
  for (const auto& node : due.beats)
    run(downlink_.retry(node));
  run(downlink_.expire(now));
}

DeviceFacts ControllerCore::State::facts_of(const DeviceObject& device) const {
  DeviceFacts facts;
  facts.node = device.node;
  facts.model = device.model.name;
  facts.model_exists = downlink_.has_model(device.model);
  facts.delivery = downlink_.delivery(device.id);
  facts.delivered_generation = downlink_.delivered_generation(device.id);
  facts.presence = nodes_.presence(device.node);
  facts.generation = device.generation;
  return facts;
}

}  // namespace hearth::controller
