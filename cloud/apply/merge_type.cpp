// SPDX-License-Identifier: Apache-2.0
#include "cloud/apply/merge_type.hpp"

namespace hearth::apply {
namespace {

using nlohmann::json;

constexpr int kMaxDepth = 64;

MergeTypePtr unknown() {
  static const auto type = std::make_shared<const MergeType>();
  return type;
}

MergeTypePtr keyed_by(std::vector<std::string> keys) {
  auto type = std::make_shared<MergeType>();
  type->list = MergeType::List::keyed;
  type->keys = std::move(keys);
  return type;
}

MergeTypePtr set_of_values() {
  auto type = std::make_shared<MergeType>();
  type->list = MergeType::List::set;
  return type;
}

MergeTypePtr atomic_map() {
  auto type = std::make_shared<MergeType>();
  type->atomic_map = true;
  return type;
}

MergeTypePtr metadata_type() {
  auto type = std::make_shared<MergeType>();
  type->members["finalizers"] = set_of_values();
  type->members["ownerReferences"] = keyed_by({"uid"});
  return type;
}

std::string text_at(const json& schema, const char* keyword) {
  const auto found = schema.find(keyword);
  return found != schema.end() && found->is_string() ? found->get<std::string>() : std::string();
}

void read_list(const json& schema, MergeType& type) {
  const auto sort = text_at(schema, "x-kubernetes-list-type");
  if (sort == "set") type.list = MergeType::List::set;
  const auto keys = schema.find("x-kubernetes-list-map-keys");
  if (sort != "map" || keys == schema.end() || !keys->is_array()) return;
  type.list = MergeType::List::keyed;
  for (const auto& key : *keys) {
    if (key.is_string()) type.keys.push_back(key.get<std::string>());
  }
}

std::shared_ptr<MergeType> read(const json& schema, int depth) {
  auto type = std::make_shared<MergeType>();
  if (!schema.is_object() || depth > kMaxDepth) return type;
  type->atomic_map = text_at(schema, "x-kubernetes-map-type") == "atomic";
  read_list(schema, *type);
  if (const auto members = schema.find("properties"); members != schema.end() && members->is_object()) {
    for (const auto& [name, member] : members->items())
      type->members[name] = read(member, depth + 1);
  }
  if (const auto others = schema.find("additionalProperties"); others != schema.end() && others->is_object())
    type->others = read(*others, depth + 1);
  if (const auto items = schema.find("items"); items != schema.end()) type->items = read(*items, depth + 1);
  return type;
}

}  // namespace

MergeTypePtr MergeType::member(std::string_view name) const {
  if (const auto found = members.find(name); found != members.end()) return found->second;
  return others ? others : unknown();
}

MergeTypePtr MergeType::item() const {
  return items ? items : unknown();
}

MergeTypePtr merge_type_of(const json& schema) {
  auto type = read(schema, 0);
  type->members["metadata"] = metadata_type();
  return type;
}

MergeTypePtr builtin_merge_type(std::string_view resource) {
  auto spec = std::make_shared<MergeType>();
  spec->members["podCIDRs"] = set_of_values();
  auto status = std::make_shared<MergeType>();
  status->members["conditions"] = keyed_by({"type"});
  status->members["addresses"] = keyed_by({"type"});
  auto type = std::make_shared<MergeType>();
  type->members["metadata"] = metadata_type();
  type->members["spec"] = std::move(spec);
  type->members["status"] = std::move(status);
  if (resource == "serviceaccounts") type->members["secrets"] = keyed_by({"name"});
  for (const char* reference : {"involvedObject", "regarding", "related", "roleRef"})
    type->members[reference] = atomic_map();
  return type;
}

}  // namespace hearth::apply
