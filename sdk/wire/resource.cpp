// SPDX-License-Identifier: Apache-2.0
#include "sdk/wire/resource.hpp"

#include "sdk/wire/condition.hpp"
#include "sdk/wire/segments.hpp"

namespace hearth::wire {
namespace {

Resource of_device(ResourceKind kind, std::string_view ns, std::string_view name) {
  if (!is_dns_subdomain(ns) || !is_dns_subdomain(name)) return {};
  return {kind, {std::string(ns), std::string(name)}};
}

/// What follows device/<id>/ in a report.
ResourceKind report_kind(std::string_view what, std::string_view verb) {
  if (what == "twin" && verb == "edge_updated") return ResourceKind::twin_edge_updated;
  if (what == "twin" && verb == "cloud_updated") return ResourceKind::twin_cloud_updated;
  if (what == "state" && verb == "update") return ResourceKind::state_update;
  if (what == "conditions" && verb == "update") return ResourceKind::conditions_update;
  return ResourceKind::other;
}

/// device/<ns>/<name>/<what>/<verb>, and device/<name>/<what>/<verb> of KubeEdge up to 1.16.1.
Resource parse_report(const Segments& parts) {
  const bool one_segment_id = parts.size() == 4;
  if (!one_segment_id && parts.size() != 5) return {};
  const auto kind = report_kind(parts[parts.size() - 2], parts[parts.size() - 1]);
  if (kind == ResourceKind::other) return {};
  return of_device(kind, one_segment_id ? "default" : parts[1], parts[parts.size() - 3]);
}

Resource parse_object(const Segments& parts) {
  if (parts.size() != 3) return {};
  if (parts[1] == "device") return of_device(ResourceKind::device, parts[0], parts[2]);
  if (parts[1] == "devicemodel") return of_device(ResourceKind::device_model, parts[0], parts[2]);
  return {};
}

std::string report_resource(const DeviceId& id, std::string_view what, TopicForm form = TopicForm::full) {
  return "device/" + (form == TopicForm::full ? id.str() : id.name) + "/" + std::string(what);
}

}  // namespace

Resource parse_resource(std::string_view text) {
  auto parts = split_segments(text);
  // First, because namespaces may be called "node", "membership" or "device" too.
  if (const auto object = parse_object(parts); object.kind != ResourceKind::other) return object;
  if (parts.size() > 2 && parts[0] == "node") parts.erase(parts.begin(), parts.begin() + 2);
  if (parts[0] == "membership") {
    if (parts.size() == 1) return {ResourceKind::membership, {}};
    return {parts[1] == "detail" ? ResourceKind::membership_detail : ResourceKind::other, {}};
  }
  if (parts.size() == 1) return {parts[0] == "twin" ? ResourceKind::twin : ResourceKind::other, {}};
  if (const auto report = parts[0] == "device" ? parse_report(parts) : Resource{};
      report.kind != ResourceKind::other) {
    return report;
  }
  return parse_object(parts);
}

std::string device_resource(const DeviceId& id) {
  return id.ns + "/device/" + id.name;
}

std::string device_model_resource(const DeviceId& id) {
  return id.ns + "/devicemodel/" + id.name;
}

std::string twin_edge_updated_resource(const DeviceId& id, TopicForm form) {
  return report_resource(id, "twin/edge_updated", form);
}

std::string state_update_resource(const DeviceId& id, TopicForm form) {
  return report_resource(id, "state/update", form);
}

std::string conditions_update_resource(const DeviceId& id) {
  return report_resource(id, "conditions/update");
}

}  // namespace hearth::wire
