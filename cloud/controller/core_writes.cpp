// SPDX-License-Identifier: Apache-2.0
// The second part of ControllerCore: what is to be written to the API, and how it went.
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

#include "cloud/controller/core_state.hpp"

namespace hearth::controller {
namespace {

using nlohmann::json;

/// Devices looked at in one take(): about ten milliseconds.
constexpr std::size_t kTurn = 256;
constexpr std::size_t kEventWriters = 4;
constexpr std::size_t kNodeWriters = 8;

const Judgement kGone{Verdict::unknown_device, "the device was deleted"};
const Judgement kMadeAgain{Verdict::old_device, "the device was deleted and made again"};

}  // namespace

ControllerOutput ControllerCore::State::take() {
  more_ = false;
  if (synced_) {
    write_statuses(options_.steady());
    write_others();
  }
  return std::exchange(out_, {});
}

void ControllerCore::State::write_statuses(SteadyTime now) {
  for (std::size_t looked_at = 0; looked_at < kTurn; ++looked_at) {
    if (statuses_.size() >= options_.status_writers || !health_.may_write(now, under_way())) return;
    auto work = patches_.next(now, upkeep_under_way_ < options_.upkeep_writers);
    if (!work) return;
    begin_status(*std::move(work), now);
  }
  more_ = patches_.has_ready();
}

void ControllerCore::State::begin_status(PatchQueue::Work work, SteadyTime now) {
  const DeviceObject* device = downlink_.device(work.device);
  if (!device || device->uid != work.uid) {
    refuse(work.receipts, device ? kMadeAgain : kGone);
    patches_.done(work.device);
    return;
  }
  const ApiObject& newest = base_.newest(*device);
  TextHold hold;
  const auto last_text = texts_written_.find(work.device);
  hold.active = last_text != texts_written_.end() && now < last_text->second + options_.text_refresh;
  const bool brief = work.change.twins_alone();
  const auto spec = brief ? device->brief_spec() : device->spec();
  const auto status = brief ? newest.brief_status() : newest.status();
  auto patch = build_status_patch(spec, status, work.change, facts_of(*device), clock_(), &hold);
  hold_texts(work, std::move(hold), now);
  if (!patch) {
    confirm(work.receipts);
    patches_.done(work.device);
    return;
  }
  StatusWrite write{work.device, work.uid, newest.resource_version, std::move(patch->body)};
  if (!write.resource_version.empty()) write.body["metadata"]["resourceVersion"] = write.resource_version;
  const bool upkeep = work.receipts.empty();
  if (upkeep) ++upkeep_under_way_;
  statuses_.emplace(write.device,
                    StatusUnderWay{std::move(work), std::move(patch->transitions), upkeep, false});
  out_.statuses.push_back(std::move(write));
}

/// Texts that are put aside come with a later write of the device, or one of their own.
void ControllerCore::State::hold_texts(const PatchQueue::Work& work, TextHold hold, SteadyTime now) {
  if (hold.refreshed) texts_written_[work.device] = now;
  if (hold.held.empty()) return;
  StatusChange later;
  later.judge = true;
  for (auto& [type, condition] : hold.held) {
    if (work.change.conditions.contains(type)) later.conditions.emplace(type, std::move(condition));
  }
  patches_.later(work.device, work.uid, std::move(later),
                 texts_written_.at(work.device) + options_.text_refresh);
}

void ControllerCore::State::status_written(const DeviceId& device, ObjectPtr answer) {
  const auto found = statuses_.find(device);
  if (found == statuses_.end()) return;
  StatusUnderWay done = std::move(found->second);
  statuses_.erase(found);
  if (done.upkeep) --upkeep_under_way_;
  api_answered();
  confirm(done.work.receipts);
  patches_.done(device);
  auto object = read_model(std::move(answer));
  if (object && !object->uid.empty()) settle(std::move(done), *std::move(object));
}

void ControllerCore::State::settle(StatusUnderWay done, ApiObject answer) {
  const char* where = done.work.change.twins.empty() ? "status" : "status.twins";
  for (auto& receipt : done.work.receipts) {
    if (receipt.event_id.empty()) continue;
    out_.traces.push_back({8, done.work.device, std::move(receipt.event_id),
                           fmt::format("{} patched into {} (resourceVersion {})", receipt.text, where,
                                       answer.resource_version)});
  }
  const auto status = done.transitions.empty() ? json() : answer.status();
  for (const auto& condition : done.transitions) {
    // An API whose schema has no conditions has dropped it, and would have us tell the same again and again.
    const auto stored = find_condition(status, condition.type);
    if (stored && stored->status == condition.status) events_.transition(answer, condition, clock_());
  }
  const DeviceObject* known = downlink_.device(answer.id);
  if (!known || known->uid != answer.uid) return;
  const bool was_echo = base_.patched(std::move(answer));
  if (done.echo_unsettled && !was_echo) touch(done.work.device);
}

void ControllerCore::State::status_failed(const DeviceId& device, const Error& error, ObjectPtr fresh) {
  const auto found = statuses_.find(device);
  if (found == statuses_.end()) return;
  StatusUnderWay failed = std::move(found->second);
  statuses_.erase(found);
  if (failed.upkeep) --upkeep_under_way_;
  if (failed.echo_unsettled) failed.work.change.judge = true;
  if (ApiHealth::is_absence(error)) {
    api_failed(error);
    patches_.failed(std::move(failed.work), options_.steady(), false);
    return;
  }
  api_answered();
  refuse_status(std::move(failed.work), error, std::move(fresh));
}

void ControllerCore::State::refuse_status(PatchQueue::Work work, const Error& error, ObjectPtr fresh) {
  const DeviceId device = work.device;
  switch (error.cls) {
    case ErrorClass::conflict:
      if (auto object = read_model(std::move(fresh)); object && object->id == device) {
        work.change.judge = true;
        const bool same = object->uid == work.uid;
        if (same) base_.fetched(*std::move(object));
        if (!same) break;
        patches_.failed(std::move(work), options_.steady(), false);
        return;
      }
      patches_.failed(std::move(work), options_.steady(), true);
      return;
    case ErrorClass::denied:
    case ErrorClass::internal:
    case ErrorClass::unavailable:
    case ErrorClass::timeout:
    case ErrorClass::exhausted:
      patches_.failed(std::move(work), options_.steady(), true);
      return;
    case ErrorClass::not_found:
      refuse(work.receipts, kGone);
      patches_.done(device);
      return;
    case ErrorClass::invalid:
      // A patch this API will never take is not to be repeated by the node either.
      spdlog::error("controller: the API refuses the status of {}: {}", device.str(), error.text);
      refuse(work.receipts, {Verdict::malformed, "the API refuses the status: " + error.text});
      patches_.done(device);
      return;
  }
  refuse(work.receipts, kMadeAgain);
  patches_.done(device);
}

void ControllerCore::State::write_others() {
  const auto now = options_.steady();
  while (nodes_.has_writes() && nodes_under_way_ < kNodeWriters && health_.may_write(now, under_way())) {
    out_.nodes.push_back(*nodes_.next_write());
    ++nodes_under_way_;
  }
  while (events_under_way_ < kEventWriters && health_.may_write(now, under_way())) {
    auto write = events_.next();
    if (!write) return;
    out_.events.push_back(*std::move(write));
    ++events_under_way_;
  }
}

void ControllerCore::State::event_written(const std::string& name, const Result<void>& result) {
  if (events_under_way_ > 0) --events_under_way_;
  if (!result && ApiHealth::is_absence(result.error())) {
    api_failed(result.error());
    events_.again(name);
    return;
  }
  api_answered();
  events_.written(name, result.has_value());
}

void ControllerCore::State::node_written(const std::string& node, const Result<void>& result) {
  if (nodes_under_way_ > 0) --nodes_under_way_;
  if (!result && ApiHealth::is_absence(result.error())) {
    api_failed(result.error());
    nodes_.written(node, NodeRegistry::Outcome::away);
    return;
  }
  api_answered();
  if (!result) spdlog::debug("controller: Node {} is not written: {}", node, result.error().text);
  nodes_.written(node, result ? NodeRegistry::Outcome::written : NodeRegistry::Outcome::refused);
}

void ControllerCore::State::api_answered() {
  if (health_.succeeded()) spdlog::info("controller: the API takes writes again");
}

void ControllerCore::State::api_failed(const Error& error) {
  if (!health_.failed(options_.steady(), under_way())) return;
  spdlog::warn("controller: the API takes no writes, trying again: {}", error.text);
}

std::optional<std::chrono::nanoseconds> ControllerCore::State::wake_after() const {
  if (more_) return std::chrono::nanoseconds(0);
  const bool waiting = patches_.has_ready() || nodes_.has_writes() || events_.has_waiting();
  std::optional<SteadyTime> due = waiting && under_way() == 0 ? health_.next_try() : std::nullopt;
  for (const auto& other : {patches_.next_due(), nodes_.next_due(), downlink_.next_expiry()}) {
    if (other && (!due || *other < *due)) due = other;
  }
  if (!due) return std::nullopt;
  return std::max<std::chrono::nanoseconds>(*due - options_.steady(), std::chrono::nanoseconds(0));
}

}  // namespace hearth::controller
