// SPDX-License-Identifier: Apache-2.0
#include "cloud/api/ownership.hpp"

#include <algorithm>
#include <set>

#include "cloud/api/apply_body.hpp"
#include "cloud/apply/apply.hpp"
#include "cloud/apply/owned_text.hpp"
#include "cloud/apply/typed.hpp"
#include "cloud/object/json_printer.hpp"
#include "cloud/object/member_scan.hpp"
#include "sdk/base/bounded_json.hpp"

namespace hearth::api {

using nlohmann::json;

namespace {

// The manager that kubectl's own server-side apply goes by, and where its client-side apply keeps what it applied.
constexpr const char* kKubectl = "kubectl";
constexpr const char* kLastApplied = "kubectl.kubernetes.io/last-applied-configuration";
constexpr std::size_t kMaxAnnotation = 256 * 1024;

apply::Manager manager_of(const ResourceType& type, const Writer& writer, apply::Operation operation) {
  return {writer.manager, operation, api_version(type.name.group, type.storage_version().name),
          writer.status ? "status" : ""};
}

apply::Door door_of(const ResourceType& type, const Writer& writer, apply::Operation operation) {
  apply::Door door{manager_of(type, writer, operation), {}, to_rfc3339(writer.now)};
  if (type.storage_version().has_status && !writer.status) door.ignored = {"status"};
  return door;
}

/// What an apply of the status sees: nothing but the status and who owns what.
json status_alone(const json& object) {
  if (!object.is_object()) return object;
  json part = {{"metadata", json::object()}};
  for (const auto* name : {"apiVersion", "kind", "status"}) {
    if (const auto found = object.find(name); found != object.end()) part[name] = *found;
  }
  if (const auto* owners = at_path(object, {"metadata", "managedFields"}))
    part["metadata"]["managedFields"] = *owners;
  return part;
}

json with_status_of(json object, const json& part) {
  for (const auto* name : {"status", "managedFields"}) {
    const bool in_metadata = std::string_view(name) == "managedFields";
    auto& target = in_metadata ? object["metadata"] : object;
    const auto* value = in_metadata ? at_path(part, {"metadata", name}) : at_path(part, {name});
    if (value == nullptr) {
      target.erase(name);
    } else {
      target[name] = *value;
    }
  }
  return object;
}

std::string shown(const apply::Manager& manager) {
  auto text = json(manager.name).dump(-1, ' ', false, json::error_handler_t::replace);
  if (!manager.subresource.empty()) text += " with subresource \"" + manager.subresource + "\"";
  if (manager.operation == apply::Operation::update) text += " using " + manager.api_version;
  return text;
}

/// 409 in Kubernetes' words: one conflict in a line, several as a list by manager.
Status refused(const apply::Conflicts& conflicts) {
  json causes = json::array();
  std::string list;
  for (const auto& conflict : conflicts) {
    const auto who = shown(conflict.manager);
    list += (list.empty() ? "" : "\n") + ("conflicts with " + who + ":");
    for (const auto& path : conflict.paths) {
      list += "\n- " + path;
      causes.push_back(
          {{"reason", "FieldManagerConflict"}, {"message", "conflict with " + who}, {"field", path}});
    }
  }
  const auto count = causes.size();
  if (count == 1) {
    list = "conflict with " + shown(conflicts[0].manager) + ": " + conflicts[0].paths[0];
  }
  auto message =
      "Apply failed with " + std::to_string(count) + (count == 1 ? " conflict: " : " conflicts: ") + list;
  return {409, "Conflict", std::move(message), {{"causes", std::move(causes)}}};
}

const json* last_applied(const json& object) {
  const auto* found = at_path(object, {"metadata", "annotations", kLastApplied});
  return found != nullptr && found->is_string() ? found : nullptr;
}

/// What kubectl's client-side apply set before is kubectl's, whoever managedFields names.
bool kubectls_own(const apply::Conflicts& conflicts, const json& current, const apply::MergeTypePtr& type) {
  const auto* text = last_applied(current);
  if (text == nullptr) return false;
  const auto before = parse_json(text->get_ref<const std::string&>(), kMaxAnnotation);
  if (!before || !before->is_object()) return false;
  const auto fields = apply::fields_of(*before, type);
  if (!fields) return false;
  const auto paths = fields->paths();
  const std::set<std::string> known(paths.begin(), paths.end());
  return std::all_of(conflicts.begin(), conflicts.end(), [&](const auto& conflict) {
    return std::all_of(conflict.paths.begin(), conflict.paths.end(),
                       [&](const auto& path) { return known.contains(path); });
  });
}

/// kubectl's client-side apply finds what server-side apply did last.
void sync_last_applied(const json& configuration, json& object) {
  if (last_applied(object) == nullptr) return;
  auto kept = configuration;
  if (auto* annotations = kept.contains("metadata") ? &kept["metadata"] : nullptr;
      annotations != nullptr && annotations->contains("annotations")) {
    (*annotations)["annotations"].erase(kLastApplied);
  }
  std::string text;
  object::append_json(kept, text);
  object["metadata"]["annotations"][kLastApplied] = text + "\n";
}

}  // namespace

void note_write(const ResourceType& type, const Writer& writer, const json& current, json& next) {
  apply::note_update(current, next, type.storage_version().merge_type,
                     door_of(type, writer, apply::Operation::update));
}

bool keeps_owners(const ResourceType& type, const Writer& writer, const Object& current, const json& status) {
  const auto owners = object::value_at(current.metadata(), {"managedFields"});
  if (owners.empty()) return true;
  return apply::owns_alone(owners, manager_of(type, writer, apply::Operation::update), "status", status,
                           type.storage_version().merge_type->member("status"));
}

Answer<json> applied_to(const ResourceType& type, const Writer& writer, const json& current,
                        const json& configuration, bool force) {
  const auto& merge_type = type.storage_version().merge_type;
  const auto door = door_of(type, writer, apply::Operation::apply);
  const auto live = writer.status ? status_alone(current) : current;
  const auto over = writer.status ? status_alone(configuration) : configuration;
  auto result = apply::apply(live, over, merge_type, door, force);
  if (const auto* found = std::get_if<apply::Conflicts>(&result)) {
    if (writer.manager != kKubectl || !kubectls_own(*found, current, merge_type)) return refused(*found);
    result = apply::apply(live, over, merge_type, door, true);
  }
  if (const auto* error = std::get_if<Error>(&result))
    return not_typed(type.name, configuration, error->text);
  auto object = std::get<json>(std::move(result));
  if (writer.status) return with_status_of(current, object);
  if (writer.manager == kKubectl && object != live) sync_last_applied(configuration, object);
  return object;
}

}  // namespace hearth::api
