// SPDX-License-Identifier: Apache-2.0
#include "cloud/api/kinds/table.hpp"

namespace hearth::api {

using nlohmann::json;

namespace {

using Path = std::vector<std::string>;

std::string text_below(const json& object, const Path& path) {
  const auto* at = &object;
  for (const auto& name : path) {
    at = at_path(*at, {name});
    if (at == nullptr) return {};
  }
  if (at->is_string()) return at->get<std::string>();
  return at->is_primitive() && !at->is_null() ? at->dump() : std::string();
}

TableColumn text_column(std::string name, Path path, int priority = 0, std::string missing = {}) {
  TableColumn column;
  column.format = name == "Name" ? "name" : "";
  column.name = std::move(name);
  column.priority = priority;
  column.cell = [path = std::move(path), missing = std::move(missing)](const json& object, WallTime) {
    auto text = text_below(object, path);
    return json(text.empty() ? missing : text);
  };
  return column;
}

TableColumn cell_column(std::string name, std::string (*text)(const json&), int priority = 0) {
  TableColumn column;
  column.name = std::move(name);
  column.priority = priority;
  column.cell = [text](const json& object, WallTime) { return json(text(object)); };
  return column;
}

TableColumn time_column(std::string name, std::vector<Path> paths, int priority = 0) {
  TableColumn column;
  column.name = std::move(name);
  column.priority = priority;
  column.cell = [paths = std::move(paths)](const json& object, WallTime now) {
    for (const auto& path : paths) {
      if (const auto time = text_below(object, path); !time.empty()) return json(age_cell(time, now));
    }
    return json("<unknown>");
  };
  return column;
}

TableColumn name_column() {
  return text_column("Name", {"metadata", "name"});
}
TableColumn age_column() {
  return time_column("Age", {{"metadata", "creationTimestamp"}});
}

std::string node_status(const json& node) {
  std::string status = "Unknown";
  for (const auto& condition : array_at(node, {"status", "conditions"})) {
    if (text_at(condition, {"type"}) != "Ready") continue;
    status = text_at(condition, {"status"}) == "True" ? "Ready" : "NotReady";
  }
  const auto* unschedulable = at_path(node, {"spec", "unschedulable"});
  if (unschedulable != nullptr && *unschedulable == true) status += ",SchedulingDisabled";
  return status;
}

std::string node_roles(const json& node) {
  constexpr std::string_view kPrefix = "node-role.kubernetes.io/";
  std::string roles;
  const auto* labels = at_path(node, {"metadata", "labels"});
  if (labels == nullptr || !labels->is_object()) return "<none>";
  for (const auto& [key, value] : labels->items()) {
    if (!key.starts_with(kPrefix)) continue;
    roles += (roles.empty() ? "" : ",") + key.substr(kPrefix.size());
  }
  return roles.empty() ? "<none>" : roles;
}

std::string node_address(const json& node, std::string_view type) {
  for (const auto& address : array_at(node, {"status", "addresses"})) {
    if (text_at(address, {"type"}) == type) return text_at(address, {"address"});
  }
  return "<none>";
}

std::string event_object(const json& event) {
  auto kind = text_at(event, {"involvedObject", "kind"});
  for (auto& c : kind)
    c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return kind + "/" + text_at(event, {"involvedObject", "name"});
}

std::string event_source(const json& event) {
  auto source = text_at(event, {"source", "component"});
  if (source.empty()) source = text_at(event, {"reportingComponent"});
  const auto host = text_at(event, {"source", "host"});
  return host.empty() ? source : source + ", " + host;
}

TableColumns node_columns() {
  const auto node_info = [&](std::string name, const char* field) {
    return text_column(std::move(name), {"status", "nodeInfo", field}, 1, "<unknown>");
  };
  return {name_column(),
          cell_column("Status", node_status),
          cell_column("Roles", node_roles),
          age_column(),
          text_column("Version", {"status", "nodeInfo", "kubeletVersion"}),
          cell_column(
              "Internal-IP", [](const json& node) { return node_address(node, "InternalIP"); }, 1),
          cell_column(
              "External-IP", [](const json& node) { return node_address(node, "ExternalIP"); }, 1),
          node_info("OS-Image", "osImage"),
          node_info("Kernel-Version", "kernelVersion"),
          node_info("Container-Runtime", "containerRuntimeVersion")};
}

TableColumns event_columns() {
  return {time_column("Last Seen",
                      {{"lastTimestamp"}, {"series", "lastObservedTime"}, {"eventTime"}, {"firstTimestamp"}}),
          text_column("Type", {"type"}),
          text_column("Reason", {"reason"}),
          cell_column("Object", event_object),
          text_column("Subobject", {"involvedObject", "fieldPath"}, 1),
          cell_column("Source", event_source, 1),
          text_column("Message", {"message"}),
          time_column("First Seen", {{"firstTimestamp"}, {"eventTime"}}, 1),
          text_column("Count", {"count"}, 1, "1"),
          text_column("Name", {"metadata", "name"}, 1)};
}

}  // namespace

TableColumns builtin_columns(const std::string& plural) {
  if (plural == "nodes") return node_columns();
  if (plural == "events") return event_columns();
  if (plural == "namespaces")
    return {name_column(), text_column("Status", {"status", "phase"}), age_column()};
  if (plural == "customresourcedefinitions") {
    return {name_column(), text_column("Created At", {"metadata", "creationTimestamp"})};
  }
  return {name_column(), age_column()};
}

}  // namespace hearth::api
