// SPDX-License-Identifier: Apache-2.0
#include "host/twin/cloud_reports.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "host/twin/trace_text.hpp"
#include "sdk/wire/condition.hpp"
#include "sdk/wire/resource.hpp"
#include "sdk/wire/twin_document.hpp"

namespace hearth::twin {
namespace {

// Far below kMaxHubMessageSize, as JSON may write one byte of a value in six.
constexpr std::size_t kMaxReportedBytes = 512 * 1024;
// Of a message beside its values: heads, names, times.
constexpr std::size_t kMessageBytes = 512;
constexpr std::chrono::seconds kAskPause{1};

wire::Route up_route(std::string resource, std::string_view operation) {
  return {std::string(wire::source::kTwin), std::string(wire::group::kResource), std::string(operation),
          std::move(resource)};
}

std::size_t size_of(const std::string& key, const Property& property) {
  return key.size() + (property.expected ? property.expected->value.size() : 0) +
         (property.actual ? property.actual->value.size() : 0);
}

}  // namespace

CloudReports::CloudReports(Core& core)
    : core_(core),
      outbox_(core.options.resend),
      own_(core),
      alarm_(core.scheduler.make_alarm()),
      ask_alarm_(core.scheduler.make_alarm()),
      pending_(core.metrics.gauge(
          "hearth_twin_pending", "Reported properties, states and conditions the cloud has not confirmed")) {}

void CloudReports::link_up(bool hearth_peer) {
  const bool same_kind = hearth_peer_ && hearth_peer;
  hearth_peer_ = hearth_peer;
  unanswered_.clear();
  outbox_.link_up(hearth_peer);
  ask_for_members();
  if (same_kind) {
    owe_unconfirmed();
  } else {
    owe_everything();
  }
}

void CloudReports::ask_for_members() {
  const auto now = core_.now_ms();
  // As a string, not as an object: so KubeEdge's own edge sends it.
  const bool taken = core_.outputs.send(
      wire::make_message(up_route("membership/detail", wire::operation::kGet),
                         print_text(wire::membership_detail_request(core_.options.node_name, now)), now));
  if (!taken) ask_alarm_->set(core_.scheduler.now() + kAskPause, [this] { ask_for_members(); });
}

void CloudReports::link_down() {
  ask_alarm_->cancel();
  outbox_.link_down();
  pump();
}

void CloudReports::link_has_room() {
  outbox_.has_room();
  pump();
}

void CloudReports::answer(const std::string& msg_id, const wire::Answer& answer) {
  const auto report = answer.ok() ? outbox_.confirm(msg_id) : outbox_.reject(msg_id);
  if (!report) return;
  if (answer.ok()) {
    confirmed(*report);
  } else {
    refused(*report, answer);
  }
  pump();
}

void CloudReports::confirmed(const SentReport& report) {
  if (!hearth_peer_) peers_form_ = report.form;
  if (report.kind != ReportKind::twin) {
    if (!outbox_.owes(report.device, report.kind)) confirmed_.insert({report.device, report.kind});
    return;
  }
  auto* device = core_.table.edit(report.device);
  if (!device) return;
  for (const auto& key : report.keys) {
    const auto property = device->properties.find(key.name);
    if (property != device->properties.end()) property->second.confirmed = key.revision;
  }
}

// A report that is malformed is the loss of its values; else the cloud knows no such device of this node, and what else
// is owed of it would be refused just so.
void CloudReports::refused(const SentReport& report, const wire::Answer& answer) {
  const auto code = std::to_string(answer.code);
  core_.metrics
      .counter("hearth_twin_refused_total", "Reports that the cloud did not want, by its code",
               {{"code", code}})
      .Increment();
  if (core_.first_of("refused " + code)) {
    spdlog::warn("twin: {}: the cloud refused a report: {} {}: {} (further ones are counted, not logged)",
                 report.device.str(), code, answer.reason.substr(0, 100), answer.message.substr(0, 300));
  }
  if (answer.code == 400 || answer.code >= 500) return;
  outbox_.forget(report.device);
  refused_.insert(report.device);
}

void CloudReports::device_known(const DeviceId& id) {
  if (refused_.erase(id) != 0) owe_device(id);
}

void CloudReports::owe_twin(const DeviceId& id, const Keys& keys, const std::string& event_id) {
  outbox_.owe_twin(id, keys, event_id);
  pump();
}

void CloudReports::owe_state(const DeviceId& id) {
  confirmed_.erase({id, ReportKind::state});
  outbox_.owe_state(id);
  pump();
}

void CloudReports::set_conditions(const DeviceId& id, std::vector<wire::Condition> conditions) {
  if (!core_.table.find(id) || conditions_[id] == conditions) return;
  conditions_[id] = std::move(conditions);
  owe_conditions(id);
}

void CloudReports::owe_conditions(const DeviceId& id) {
  confirmed_.erase({id, ReportKind::conditions});
  outbox_.owe_conditions(id);
  pump();
}

void CloudReports::owe_all_conditions() {
  for (const auto& [id, held] : core_.inventory.devices()) {
    confirmed_.erase({id, ReportKind::conditions});
    outbox_.owe_conditions(id);
  }
  pump();
}

void CloudReports::forget(const DeviceId& id) {
  outbox_.forget(id);
  conditions_.erase(id);
  own_.forget(id);
  refused_.erase(id);
  confirmed_.erase({id, ReportKind::state});
  confirmed_.erase({id, ReportKind::conditions});
  pump();
}

void CloudReports::owe_everything() {
  confirmed_.clear();
  for (const auto& [id, device] : core_.table.devices()) {
    for (auto& [key, property] : core_.table.edit(id)->properties)
      property.confirmed = 0;
  }
  owe_unconfirmed();
}

void CloudReports::owe_device(const DeviceId& id) {
  auto* device = core_.table.edit(id);
  if (!device) return;
  for (auto& [key, property] : device->properties)
    property.confirmed = 0;
  confirmed_.erase({id, ReportKind::state});
  confirmed_.erase({id, ReportKind::conditions});
  owe_unconfirmed(id, *device);
  pump();
}

void CloudReports::owe_unconfirmed() {
  for (const auto& [id, device] : core_.table.devices())
    owe_unconfirmed(id, device);
  pump();
}

void CloudReports::owe_unconfirmed(const DeviceId& id, const TwinDevice& device) {
  Keys keys;
  for (const auto& [key, property] : device.properties) {
    if (property.confirmed == 0 || property.confirmed != property.revision()) keys.insert(key);
  }
  outbox_.owe_twin(id, keys, "");
  if (!device.state.empty() && !confirmed_.contains({id, ReportKind::state})) outbox_.owe_state(id);
  if (conditions_.contains(id) && !confirmed_.contains({id, ReportKind::conditions}))
    outbox_.owe_conditions(id);
}

void CloudReports::pump() {
  const auto now = core_.scheduler.now();
  while (auto report = outbox_.next(now)) {
    if (send(*report)) continue;
    outbox_.refused(*report, now);
    break;
  }
  pending_.Set(static_cast<double>(outbox_.pending()));
  arm();
}

// An alarm that is due earlier stays: it finds nothing and sets itself anew, which is cheaper than setting it with each
// message.
void CloudReports::arm() {
  const auto next = outbox_.next_due();
  if (!next || (armed_ && *armed_ <= *next)) return;
  armed_ = next;
  alarm_->set(*next, [this] {
    armed_.reset();
    pump();
  });
}

bool CloudReports::send(Report report) {
  wire::TwinMap entries;
  SentReport sent{report.device, report.kind, {}, report.event_id, kMessageBytes};
  sent.form = form_for(report);
  auto message = build(report, sent, entries);
  if (!message) {
    outbox_.drop(report);
    return true;
  }
  const auto msg_id = message->header.msg_id;
  if (!core_.outputs.send(std::move(*message))) return false;
  outbox_.sent(std::move(sent), msg_id, core_.scheduler.now());
  trace_handover(report.device, report.event_id, entries);
  return true;
}

std::optional<wire::HubMessage> CloudReports::build(const Report& report, SentReport& sent,
                                                    wire::TwinMap& entries) const {
  if (report.kind != ReportKind::twin) sent.keys.push_back({"", 0});
  switch (report.kind) {
    case ReportKind::twin:
      entries = take_entries(report, sent);
      if (entries.empty()) return std::nullopt;
      return twin_message(report, entries, sent.form);
    case ReportKind::state:
      return state_message(report.device, sent.form);
    case ReportKind::conditions:
      return conditions_message(report.device);
  }
  return std::nullopt;
}

wire::TwinMap CloudReports::take_entries(const Report& report, SentReport& sent) const {
  wire::TwinMap entries;
  const auto* device = core_.table.find(report.device);
  if (!device) return entries;
  std::size_t bytes = 0;
  for (const auto& key : report.keys) {
    const auto found = device->properties.find(key);
    // What is gone is owed no more: it goes with the others.
    if (found == device->properties.end()) {
      sent.keys.push_back({key, 0});
      continue;
    }
    const auto& property = found->second;
    bytes += size_of(key, property);
    if (bytes > kMaxReportedBytes && !entries.empty()) break;
    sent.keys.push_back({key, property.revision()});
    entries.emplace_hint(entries.end(), key, to_entry(property));
  }
  sent.bytes += bytes;
  return entries;
}

wire::TopicForm CloudReports::form_for(const Report& report) {
  if (hearth_peer_) return wire::TopicForm::full;
  if (peers_form_) return *peers_form_;
  const std::pair slot{report.device, report.kind};
  if (unanswered_.erase(slot) != 0) return wire::TopicForm::name_alone;
  unanswered_.insert(slot);
  return wire::TopicForm::full;
}

wire::HubMessage CloudReports::twin_message(const Report& report, const wire::TwinMap& entries,
                                            wire::TopicForm form) const {
  const auto now = core_.now_ms();
  const auto event_id = report.event_id.empty() ? new_uuid() : report.event_id;
  auto message = wire::make_message(
      up_route(wire::twin_edge_updated_resource(report.device, form), wire::operation::kUpdate), nullptr,
      now);
  message.printed_content = wire::twin_update_text({event_id, now, entries, uid_of(report.device)});
  return message;
}

std::optional<wire::HubMessage> CloudReports::state_message(const DeviceId& id, wire::TopicForm form) const {
  const auto* device = core_.table.find(id);
  if (!device || device->state.empty()) return std::nullopt;
  const auto now = core_.now_ms();
  const wire::DeviceState state{device->state, device->last_online, uid_of(id)};
  return wire::make_message(up_route(wire::state_update_resource(id, form), wire::operation::kUpdate),
                            print_text(wire::state_report(new_uuid(), now, id.name, state)), now);
}

std::optional<wire::HubMessage> CloudReports::conditions_message(const DeviceId& id) const {
  const auto* held = core_.inventory.device(id);
  const auto* device = core_.table.find(id);
  if (!held || !device) return std::nullopt;
  const auto found = conditions_.find(id);
  auto conditions = found == conditions_.end() ? std::vector<wire::Condition>() : found->second;
  for (auto& own : own_.of(id, *device))
    conditions.push_back(std::move(own));
  const auto now = core_.now_ms();
  return wire::make_message(up_route(wire::conditions_update_resource(id), wire::operation::kUpdate),
                            wire::conditions_report(now, held->device.meta.uid, conditions), now);
}

std::string CloudReports::uid_of(const DeviceId& id) const {
  const auto* held = hearth_peer_ ? core_.inventory.device(id) : nullptr;
  return held ? held->device.meta.uid : std::string();
}

void CloudReports::trace_handover(const DeviceId& id, const std::string& event_id,
                                  const wire::TwinMap& entries) {
  if (event_id.empty()) return;
  core_.trace.add(5, id, event_id, actual_text(entries));
}

}  // namespace hearth::twin
