// SPDX-License-Identifier: Apache-2.0
#include "cloud/controller/uplink.hpp"

#include <fmt/format.h>

#include <utility>

#include "sdk/wire/answer.hpp"
#include "sdk/wire/resource.hpp"

namespace hearth::controller {
namespace {

using nlohmann::json;

/// The text goes into the trace, which keeps a thousand of them.
constexpr std::size_t kMaxItem = 64;
constexpr std::size_t kMaxText = 512;

void append(std::string& list, std::string_view item) {
  if (list.size() > kMaxText) return;
  if (!list.empty()) list += ',';
  list += item.substr(0, kMaxItem);
}

Result<void> read_twins(const json& document, NodeReport& report) {
  auto update = wire::parse_twin_update(document);
  if (!update) return std::move(update).error();
  report.uid = std::move(update->device_uid);
  for (auto& [name, entry] : update->twin) {
    if (entry.remove || (!entry.actual && !entry.expected)) continue;
    append(report.text, entry.actual ? name + "=" + entry.actual->value.substr(0, kMaxItem)
                                     : name + " expected " + entry.expected->value.substr(0, kMaxItem));
    report.change.twins[name] = {std::move(entry.actual), std::move(entry.expected), std::move(entry.type)};
  }
  return {};
}

Result<void> read_state(const json& document, NodeReport& report) {
  auto state = wire::parse_state_report(document);
  if (!state) return std::move(state).error();
  report.uid = std::move(state->device_uid);
  report.text = "state " + state->state;
  report.change.state = std::move(state->state);
  report.change.last_online = std::move(state->last_online);
  return {};
}

Result<void> read_conditions(const json& document, NodeReport& report) {
  auto conditions = wire::parse_conditions_report(document);
  if (!conditions) return std::move(conditions).error();
  report.uid = std::move(conditions->device_uid);
  for (auto& condition : conditions->conditions) {
    if (condition.type.empty() || is_controllers_own(condition.type)) continue;
    append(report.text, condition.type);
    report.change.conditions.insert_or_assign(condition.type, std::move(condition));
  }
  report.text.insert(0, "conditions ");
  return {};
}

Result<void> read_document(wire::ResourceKind kind, const json& document, NodeReport& report) {
  report.event_id = text_at(document, {"event_id"});
  if (kind == wire::ResourceKind::twin_edge_updated) return read_twins(document, report);
  if (kind == wire::ResourceKind::state_update) return read_state(document, report);
  return read_conditions(document, report);
}

/// Most contents are documents already and need no copy.
Result<void> read_content(wire::ResourceKind kind, const wire::HubMessage& message, NodeReport& report) {
  if (!message.content.is_string()) return read_document(kind, message.content, report);
  const auto document = message.document();
  if (!document) return document.error();
  return read_document(kind, *document, report);
}

bool is_report(wire::ResourceKind kind) {
  return kind == wire::ResourceKind::twin_edge_updated || kind == wire::ResourceKind::state_update ||
         kind == wire::ResourceKind::conditions_update;
}

/// A device's resource of no known form still wants an answer, unless it is one itself.
bool looks_like_a_report(const wire::Route& route) {
  return route.resource.starts_with("device/") && route.source == wire::source::kTwin &&
         route.operation != wire::operation::kResponse && route.operation != wire::operation::kError;
}

json refusal_content(int code, const char* reason, const std::string& message) {
  return wire::print_answer({code, reason, message});
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

NodeReport read_report(const wire::HubMessage& message) {
  NodeReport report;
  report.msg_id = message.header.msg_id;
  const auto resource = wire::parse_resource(message.route.resource);
  if (resource.kind == wire::ResourceKind::membership_detail) {
    report.kind = NodeReport::Kind::membership_request;
    return report;
  }
  if (!is_report(resource.kind) || message.route.operation != wire::operation::kUpdate) {
    report.why = fmt::format("{} of {} is no report", message.route.operation, message.route.resource);
    if (looks_like_a_report(message.route)) report.kind = NodeReport::Kind::malformed;
    return report;
  }
  report.device = resource.id;
  report.kind = NodeReport::Kind::report;
  if (const auto read = read_content(resource.kind, message, report); !read) {
    report.kind = NodeReport::Kind::malformed;
    report.change = {};
    report.why = read.error().text;
  }
  return report;
}

Judgement judge(const NodeReport& report, const std::string& node, const DeviceObject* device) {
  switch (report.kind) {
    case NodeReport::Kind::membership_request:
    case NodeReport::Kind::other:
      return {Verdict::not_a_report, report.why};
    case NodeReport::Kind::malformed:
      return {Verdict::malformed, report.why};
    case NodeReport::Kind::report:
      break;
  }
  if (!device) return {Verdict::unknown_device, fmt::format("there is no device {}", report.device.str())};
  if (device->node != node) {
    return {Verdict::foreign_device,
            fmt::format("device {} belongs to node \"{}\"", report.device.str(), device->node)};
  }
  if (!report.uid.empty() && report.uid != device->uid) {
    return {Verdict::old_device,
            fmt::format("the report is of UID {}, device {} has UID {} now", report.uid.substr(0, kMaxItem),
                        report.device.str(), device->uid)};
  }
  return {Verdict::take, {}};
}

std::optional<json> refusal(const Judgement& judgement) {
  switch (judgement.verdict) {
    case Verdict::take:
    case Verdict::not_a_report:
      return std::nullopt;
    case Verdict::unknown_device:
      return refusal_content(404, "UnknownDevice", judgement.why);
    case Verdict::malformed:
      return refusal_content(400, "Malformed", judgement.why);
    case Verdict::old_device:
      return refusal_content(409, "OldDevice", judgement.why);
    case Verdict::foreign_device:
      return refusal_content(403, "ForeignDevice", judgement.why);
  }
  return std::nullopt;
}

std::size_t size_of(const NodeReport& report) {
  std::size_t bytes = sizeof(NodeReport) + report.text.size();
  for (const auto& [name, twin] : report.change.twins) {
    bytes += 128 + name.size() + (twin.reported ? twin.reported->value.size() : 0) +
             (twin.desired ? twin.desired->value.size() : 0);
  }
  for (const auto& [type, condition] : report.change.conditions)
    bytes += 128 + condition.message.size();
  return bytes;
}

}  // namespace hearth::controller
