// SPDX-License-Identifier: Apache-2.0
#include "cloud/controller/uplink.hpp"

#include <fmt/format.h>

#include <utility>

#include "sdk/wire/resource.hpp"

namespace hearth::controller {
namespace {

using nlohmann::json;

void append(std::string& list, const std::string& item) {
  if (!list.empty()) list += ',';
  list += item;
}

Result<void> read_twins(const json& document, Report& report) {
  auto update = wire::parse_twin_update(document);
  if (!update) return std::move(update).error();
  report.event_id = std::move(update->event_id);
  for (auto& [name, entry] : update->twin) {
    if (entry.remove || (!entry.actual && !entry.expected)) continue;
    if (entry.actual) append(report.text, name + "=" + entry.actual->value);
    if (!entry.actual) append(report.text, name + " expected " + entry.expected->value);
    report.change.twins[name] = {std::move(entry.actual), std::move(entry.expected), std::move(entry.type)};
  }
  return {};
}

Result<void> read_state(const json& document, Report& report) {
  auto state = wire::parse_state_report(document);
  if (!state) return std::move(state).error();
  report.event_id = text_at(document, {"event_id"});
  report.text = "state " + state->state;
  report.change.state = std::move(state->state);
  report.change.last_online = std::move(state->last_online);
  return {};
}

Result<void> read_conditions(const json& document, const std::string& uid, Report& report) {
  auto conditions = wire::parse_conditions_report(document);
  if (!conditions) return std::move(conditions).error();
  report.event_id = text_at(document, {"event_id"});
  if (!conditions->device_uid.empty() && conditions->device_uid != uid) {
    report.verdict = Verdict::old_device;
    report.why = fmt::format("conditions of UID {}, the device is {} now", conditions->device_uid, uid);
    return {};
  }
  for (auto& condition : conditions->conditions) {
    if (condition.type.empty() || is_controllers_own(condition.type)) continue;
    append(report.text, condition.type);
    report.change.conditions.insert_or_assign(condition.type, std::move(condition));
  }
  report.text.insert(0, "conditions ");
  return {};
}

Result<void> read_content(wire::ResourceKind kind, const wire::HubMessage& message, const std::string& uid,
                          Report& report) {
  auto document = message.document();
  if (!document) return std::move(document).error();
  if (kind == wire::ResourceKind::twin_edge_updated) return read_twins(*document, report);
  if (kind == wire::ResourceKind::state_update) return read_state(*document, report);
  return read_conditions(*document, uid, report);
}

bool is_report(wire::ResourceKind kind) {
  return kind == wire::ResourceKind::twin_edge_updated || kind == wire::ResourceKind::state_update ||
         kind == wire::ResourceKind::conditions_update;
}

}  // namespace

std::string_view to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::take:
      return "taken";
    case Verdict::unknown_device:
      return "unknown_device";
    case Verdict::malformed:
      return "malformed";
    case Verdict::old_device:
      return "old_device";
    case Verdict::foreign_device:
      return "foreign_device";
    case Verdict::not_a_report:
      return "not_a_report";
  }
  return "not_a_report";
}

bool wants_confirmation(Verdict verdict) {
  return verdict == Verdict::unknown_device || verdict == Verdict::malformed ||
         verdict == Verdict::old_device;
}

Report read_report(const std::string& node, const wire::HubMessage& message, const FindDevice& find) {
  Report report;
  const auto resource = wire::parse_resource(message.route.resource);
  if (!is_report(resource.kind) || message.route.operation != wire::operation::kUpdate) {
    report.why = fmt::format("{} of {}", message.route.operation, message.route.resource);
    return report;
  }
  report.device = resource.id;
  const DeviceObject* device = find(resource.id);
  if (!device) {
    report.verdict = Verdict::unknown_device;
    report.why = fmt::format("there is no device {}", resource.id.str());
    return report;
  }
  if (device->node != node) {
    report.verdict = Verdict::foreign_device;
    report.why = fmt::format("device {} belongs to node \"{}\"", resource.id.str(), device->node);
    return report;
  }
  report.verdict = Verdict::take;
  if (const auto read = read_content(resource.kind, message, device->uid, report); !read) {
    report.verdict = Verdict::malformed;
    report.why = read.error().text;
  }
  return report;
}

}  // namespace hearth::controller
