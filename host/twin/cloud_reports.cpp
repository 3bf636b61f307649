// SPDX-License-Identifier: Apache-2.0
#include "host/twin/cloud_reports.hpp"

#include <algorithm>

#include "sdk/wire/condition.hpp"
#include "sdk/wire/resource.hpp"
#include "sdk/wire/twin_document.hpp"

namespace hearth::twin {
namespace {

// Far below kMaxHubMessageSize, as JSON may write one byte of a value in six.
constexpr std::size_t kMaxReportedBytes = 512 * 1024;
constexpr std::size_t kMaxTraceText = 200;

wire::Route up_route(std::string resource, std::string_view operation) {
  return {std::string(wire::source::kTwin), std::string(wire::group::kResource), std::string(operation),
          std::move(resource)};
}

std::size_t size_of(const std::string& key, const Property& property) {
  return key.size() + (property.expected ? property.expected->value.size() : 0) +
         (property.actual ? property.actual->value.size() : 0);
}

/// Cut between characters: half of one would make the whole trace unprintable as JSON.
std::string shortened(std::string text) {
  auto size = kMaxTraceText;
  while (size > 0 && (text[size] & 0xC0) == 0x80)
    --size;
  text.resize(size);
  return text + "…";
}

std::string print_text(const nlohmann::json& document) {
  return document.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace

std::string actual_text(const wire::TwinMap& entries) {
  std::string text;
  for (const auto& [key, entry] : entries) {
    if (!entry.actual) continue;
    if (!text.empty()) text += ", ";
    text += key + "=" + entry.actual->value;
    if (text.size() > kMaxTraceText) return shortened(std::move(text));
  }
  return text;
}

CloudReports::CloudReports(Core& core)
    : core_(core),
      outbox_(core.options.resend),
      alarm_(core.scheduler.make_alarm()),
      pending_(core.metrics.gauge(
          "hearth_twin_pending", "Reported properties, states and conditions the cloud has not confirmed")) {}

void CloudReports::link_up(bool hearth_peer) {
  outbox_.link_up(hearth_peer);
  const auto now = core_.now_ms();
  // As a string, not as an object: so KubeEdge's own edge sends it.
  core_.outputs.send(
      wire::make_message(up_route("membership/detail", wire::operation::kGet),
                         print_text(wire::membership_detail_request(core_.options.node_name, now)), now));
  owe_everything();
}

void CloudReports::link_down() {
  outbox_.link_down();
  pump();
}

void CloudReports::confirm(const std::string& msg_id) {
  outbox_.confirm(msg_id);
  pump();
}

void CloudReports::owe_twin(const DeviceId& id, const std::set<std::string>& keys,
                            const std::string& event_id) {
  outbox_.owe_twin(id, keys, event_id);
  pump();
}

void CloudReports::owe_state(const DeviceId& id) {
  outbox_.owe_state(id);
  pump();
}

void CloudReports::set_conditions(const DeviceId& id, std::vector<wire::Condition> conditions) {
  if (!core_.table.find(id) || conditions_[id] == conditions) return;
  conditions_[id] = std::move(conditions);
  outbox_.owe_conditions(id);
  pump();
}

void CloudReports::forget(const DeviceId& id) {
  outbox_.forget(id);
  conditions_.erase(id);
  pump();
}

void CloudReports::owe_everything() {
  for (const auto& [id, device] : core_.table.devices()) {
    std::set<std::string> keys;
    for (const auto& [key, property] : device.properties)
      keys.insert(key);
    outbox_.owe_twin(id, keys, "");
    if (!device.state.empty()) outbox_.owe_state(id);
  }
  for (const auto& [id, conditions] : conditions_)
    outbox_.owe_conditions(id);
  pump();
}

void CloudReports::pump() {
  const auto now = core_.scheduler.now();
  for (auto& report : outbox_.due(now)) {
    if (send(std::move(report))) continue;
    outbox_.refused(now);
    break;
  }
  pending_.Set(static_cast<double>(outbox_.pending()));
  arm();
}

void CloudReports::arm() {
  const auto next = outbox_.next_due();
  if (!next) {
    alarm_->cancel();
    return;
  }
  alarm_->set(*next, [this] { pump(); });
}

bool CloudReports::send(Report report) {
  wire::TwinMap entries;
  std::optional<wire::HubMessage> message;
  switch (report.kind) {
    case ReportKind::twin:
      entries = take_entries(report);
      message = twin_message(report, entries);
      break;
    case ReportKind::state:
      message = state_message(report.device);
      break;
    case ReportKind::conditions:
      message = conditions_message(report.device);
      break;
  }
  if (!message) {
    outbox_.drop(report);
    return true;
  }
  const auto msg_id = message->header.msg_id;
  if (!core_.outputs.send(std::move(*message))) return false;
  outbox_.sent(report, msg_id, core_.scheduler.now());
  trace_handover(report.device, report.event_id, entries);
  return true;
}

wire::TwinMap CloudReports::take_entries(Report& report) const {
  wire::TwinMap entries;
  const auto* device = core_.table.find(report.device);
  if (!device) return entries;
  std::size_t bytes = 0;
  for (auto key = report.keys.begin(); key != report.keys.end(); ++key) {
    const auto property = device->properties.find(*key);
    if (property == device->properties.end()) continue;
    bytes += size_of(*key, property->second);
    if (bytes > kMaxReportedBytes && !entries.empty()) {
      report.keys.erase(key, report.keys.end());
      break;
    }
    entries[*key] = to_entry(property->second);
  }
  return entries;
}

std::optional<wire::HubMessage> CloudReports::twin_message(const Report& report,
                                                           const wire::TwinMap& entries) const {
  if (entries.empty()) return std::nullopt;
  const auto now = core_.now_ms();
  const auto event_id = report.event_id.empty() ? new_uuid() : report.event_id;
  return wire::make_message(
      up_route(wire::twin_edge_updated_resource(report.device), wire::operation::kUpdate),
      wire::print_twin_update({event_id, now, entries}), now);
}

std::optional<wire::HubMessage> CloudReports::state_message(const DeviceId& id) const {
  const auto* device = core_.table.find(id);
  if (!device || device->state.empty()) return std::nullopt;
  const auto now = core_.now_ms();
  return wire::make_message(
      up_route(wire::state_update_resource(id), wire::operation::kUpdate),
      print_text(wire::state_result(new_uuid(), now, id.name, device->state, device->last_online)), now);
}

std::optional<wire::HubMessage> CloudReports::conditions_message(const DeviceId& id) const {
  const auto found = conditions_.find(id);
  if (found == conditions_.end()) return std::nullopt;
  const auto* held = core_.inventory.device(id);
  const auto now = core_.now_ms();
  return wire::make_message(
      up_route(wire::conditions_update_resource(id), wire::operation::kUpdate),
      wire::conditions_report(now, held ? held->device.meta.uid : std::string(), found->second), now);
}

void CloudReports::trace_handover(const DeviceId& id, const std::string& event_id,
                                  const wire::TwinMap& entries) {
  if (event_id.empty()) return;
  core_.trace.add(5, id, event_id, actual_text(entries));
}

}  // namespace hearth::twin
