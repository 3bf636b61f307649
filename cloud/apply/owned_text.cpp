// SPDX-License-Identifier: Apache-2.0
#include "cloud/apply/owned_text.hpp"

#include "cloud/object/member_scan.hpp"

namespace hearth::apply {
namespace {

using nlohmann::json;
using object::unquoted;

enum class Part { leaf, map, other };

/// Lists that are merged by item, and what a patch removes, are for those who look closer.
Part part_of(const json& change, const MergeType& type) {
  if (change.is_null()) return Part::other;
  if (change.is_object()) return type.atomic_map ? Part::leaf : Part::map;
  return change.is_array() && type.list != MergeType::List::atomic ? Part::other : Part::leaf;
}

std::string_view below(std::string_view fields, const std::string& name) {
  return object::value_at(fields, {field_step(name)});
}

bool owns_all(std::string_view fields, const json& change, const MergeTypePtr& type) {
  switch (part_of(change, *type)) {
    case Part::leaf:
      return fields == "{}";
    case Part::other:
      return false;
    case Part::map:
      break;
  }
  for (const auto& [name, value] : change.items()) {
    if (!owns_all(below(fields, name), value, type->member(name))) return false;
  }
  return true;
}

bool owns_any(std::string_view fields, const json& change, const MergeTypePtr& type) {
  if (fields.empty()) return false;
  if (part_of(change, *type) != Part::map) return true;
  for (const auto& [name, value] : change.items()) {
    if (owns_any(below(fields, name), value, type->member(name))) return true;
  }
  return false;
}

bool is_entry_of(std::string_view entry, const Manager& manager) {
  const auto is = [&](const char* name, std::string_view wanted) {
    return unquoted(object::value_at(entry, {name})) == wanted;
  };
  return is("manager", manager.name) && is("subresource", manager.subresource) &&
         is("apiVersion", manager.api_version) &&
         is("operation", manager.operation == Operation::apply ? "Apply" : "Update");
}

}  // namespace

bool owns_alone(std::string_view managed_fields, const Manager& manager, std::string_view part,
                const json& change, const MergeTypePtr& type) {
  const auto step = field_step(part);
  std::string_view mine;
  object::ItemScan entries(managed_fields);
  while (const auto entry = entries.next()) {
    const auto fields = object::value_at(*entry, {"fieldsV1", step});
    if (fields.empty()) continue;
    if (is_entry_of(*entry, manager)) {
      mine = fields;
    } else if (owns_any(fields, change, type)) {
      return false;
    }
  }
  return !mine.empty() && owns_all(mine, change, type);
}

}  // namespace hearth::apply
