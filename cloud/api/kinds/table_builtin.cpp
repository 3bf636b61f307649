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

/// Events of both groups tell the same in other words.
const json& told_of(const json& event) {
  const auto* found = at_path(event, {"involvedObject"});
  if (found == nullptr) found = at_path(event, {"regarding"});
  return found == nullptr ? event : *found;
}

std::string event_object(const json& event) {
  auto kind = text_at(told_of(event), {"kind"});
  for (auto& c : kind)
    c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return kind + "/" + text_at(told_of(event), {"name"});
}

std::string first_text(const json& event, const std::vector<Path>& paths) {
  for (const auto& path : paths) {
    if (auto text = text_below(event, path); !text.empty()) return text;
  }
  return {};
}

std::string event_source(const json& event) {
  auto source = first_text(event, {{"source", "component"},
                                   {"deprecatedSource", "component"},
                                   {"reportingComponent"},
                                   {"reportingController"}});
  const auto host = first_text(event, {{"source", "host"}, {"deprecatedSource", "host"}});
  return host.empty() ? source : source + ", " + host;
}

std::string event_message(const json& event) {
  auto text = first_text(event, {{"message"}, {"note"}});
  while (!text.empty() && text.back() == '\n')
    text.pop_back();
  return text;
}

std::string event_count(const json& event) {
  const auto count = first_text(event, {{"series", "count"}, {"count"}, {"deprecatedCount"}});
  return count.empty() || count == "0" ? "1" : count;
}

TableColumn count_column(std::string name, std::vector<std::string> members) {
  TableColumn column;
  column.name = std::move(name);
  column.type = "integer";
  column.cell = [members = std::move(members)](const json& object, WallTime) {
    std::size_t count = 0;
    for (const auto& member : members) {
      const auto* found = at_path(object, {member});
      if (found != nullptr && found->is_structured()) count += found->size();
    }
    return json(count);
  };
  return column;
}

/// Subjects of one kind: ann, bob.
std::string subjects_of(const json& binding, std::string_view kind) {
  std::string names;
  for (const auto& subject : array_at(binding, {"subjects"})) {
    if (text_at(subject, {"kind"}) != kind) continue;
    const auto ns = kind == "ServiceAccount" ? text_at(subject, {"namespace"}) + "/" : std::string();
    names += (names.empty() ? "" : ", ") + ns + text_at(subject, {"name"});
  }
  return names;
}

TableColumns binding_columns() {
  return {
      name_column(),
      cell_column(
          "Role",
          [](const json& binding) {
            return text_at(binding, {"roleRef", "kind"}) + "/" + text_at(binding, {"roleRef", "name"});
          }),
      age_column(),
      cell_column(
          "Users", [](const json& binding) { return subjects_of(binding, "User"); }, 1),
      cell_column(
          "Groups", [](const json& binding) { return subjects_of(binding, "Group"); }, 1),
      cell_column(
          "ServiceAccounts", [](const json& binding) { return subjects_of(binding, "ServiceAccount"); }, 1)};
}

TableColumns created_columns() {
  return {name_column(), text_column("Created At", {"metadata", "creationTimestamp"})};
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
  return {time_column("Last Seen", {{"series", "lastObservedTime"},
                                    {"lastTimestamp"},
                                    {"deprecatedLastTimestamp"},
                                    {"eventTime"},
                                    {"firstTimestamp"}}),
          text_column("Type", {"type"}),
          text_column("Reason", {"reason"}),
          cell_column("Object", event_object),
          cell_column(
              "Subobject", [](const json& event) { return text_at(told_of(event), {"fieldPath"}); }, 1),
          cell_column("Source", event_source, 1),
          cell_column("Message", event_message),
          time_column("First Seen", {{"firstTimestamp"}, {"deprecatedFirstTimestamp"}, {"eventTime"}}, 1),
          cell_column("Count", event_count, 1),
          text_column("Name", {"metadata", "name"}, 1)};
}

}  // namespace

TableColumns builtin_columns(const KindName& kind) {
  const auto& plural = kind.plural;
  if (plural == "nodes") return node_columns();
  if (plural == "events") return event_columns();
  if (plural == "namespaces")
    return {name_column(), text_column("Status", {"status", "phase"}), age_column()};
  if (plural == "configmaps")
    return {name_column(), count_column("Data", {"data", "binaryData"}), age_column()};
  if (plural == "secrets")
    return {name_column(), text_column("Type", {"type"}), count_column("Data", {"data"}), age_column()};
  if (plural == "serviceaccounts") return {name_column(), count_column("Secrets", {"secrets"}), age_column()};
  if (plural == "leases")
    return {name_column(), text_column("Holder", {"spec", "holderIdentity"}), age_column()};
  if (plural == "rolebindings" || plural == "clusterrolebindings") return binding_columns();
  if (plural == "roles" || plural == "clusterroles" || plural == "customresourcedefinitions")
    return created_columns();
  return {name_column(), age_column()};
}

}  // namespace hearth::api
