// SPDX-License-Identifier: Apache-2.0
#include "cloud/api/status_patch.hpp"

#include <algorithm>

#include "cloud/object/json_printer.hpp"
#include "cloud/object/member_scan.hpp"

namespace hearth::api {

using nlohmann::json;

namespace {

bool holds_preconditions(const json& metadata) {
  if (!metadata.is_object()) return false;
  for (const auto& [name, value] : metadata.items()) {
    if ((name != "resourceVersion" && name != "uid") || !value.is_string()) return false;
  }
  return true;
}

/// Whether the patch replaces members of the status as a whole: objects are merged, null takes away.
bool replaces_members(const json& change) {
  return std::none_of(change.begin(), change.end(),
                      [](const json& value) { return value.is_object() || value.is_null(); });
}

bool make_sound(const schema::Schema& schema, json& status) {
  if (!schema::prune(schema, status).empty()) return false;
  schema::normalize_integers(schema, status);
  schema::apply_defaults(schema, status);
  return schema::validate(schema, status).empty();
}

std::string printed(const json& value) {
  std::string text;
  object::append_json(value, text);
  return text;
}

/// `name` with its quotes.
void append_member(std::string_view name, std::string_view value, std::string& text) {
  text.append(text.empty() ? "{" : ",").append(name).append(":").append(value);
}

std::string quoted(std::string_view plain_name) {
  return std::string("\"").append(plain_name).append("\"");
}

/// The status with the members that `change` names as `sound` has them; of what else there is in `sound`, defaults, only
/// what the status lacks. Both stand in the order of their names.
std::string with_members(std::string_view status, const json& change, const json& sound) {
  std::string text;
  auto next = sound.begin();
  object::MemberScan members(status);
  while (const auto member = members.next()) {
    for (; next != sound.end() && next.key() < member->name; ++next)
      append_member(printed(next.key()), printed(*next), text);
    const bool both = next != sound.end() && next.key() == member->name;
    const bool changed = both && change.contains(next.key());
    append_member(quoted(member->name), changed ? printed(*next) : std::string(member->value), text);
    if (both) ++next;
  }
  for (; next != sound.end(); ++next)
    append_member(printed(next.key()), printed(*next), text);
  return text + '}';
}

/// The members that stand in the status are sound: they were checked when they came.
std::optional<std::string> replaced(const schema::Schema& schema, std::string_view status,
                                    const json& change) {
  auto sound = change;
  if (!make_sound(schema, sound)) return std::nullopt;
  return with_members(status, change, sound);
}

}  // namespace

bool is_plain_status_patch(const Call& call, PatchType type, const json& patch) {
  if (!call.status() || type != PatchType::merge || !patch.is_object()) return false;
  if (!call.version->status_schema || call.version != &call.type->storage_version()) return false;
  for (const auto& [name, value] : patch.items()) {
    if (name == "status" ? !value.is_object() : name != "metadata" || !holds_preconditions(value))
      return false;
  }
  return patch.contains("status");
}

std::optional<std::string> merged_status(const TypeVersion& version, std::string_view status,
                                         const json& patch) {
  const auto& change = patch.at("status");
  const auto& schema = *version.status_schema;
  const bool plain_text = status.size() > 2 && status.find('\\') == status.npos;
  if (plain_text && replaces_members(change)) {
    if (auto text = replaced(schema, status, change)) return text;
  }
  auto whole = object::tree_of(status);
  if (!whole.is_object()) whole = json::object();
  whole.merge_patch(change);
  if (!make_sound(schema, whole)) return std::nullopt;
  return printed(whole);
}

}  // namespace hearth::api
