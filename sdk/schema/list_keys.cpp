// SPDX-License-Identifier: Apache-2.0
#include "sdk/schema/list_keys.hpp"

#include <set>

#include "sdk/schema/json_value.hpp"

namespace hearth::schema {

using nlohmann::json;

namespace {

/// As Go prints a map, which is how Kubernetes names the keys of an item.
std::string go_map(const json& keys) {
  std::string text;
  for (const auto& [name, value] : keys.items())
    text += (text.empty() ? "" : ", ") + json(name).dump() + ":" + quoted(value);
  return "map[string]interface {}{" + text + "}";
}

json keys_of(const SchemaNode& list, const json& item) {
  json keys = json::object();
  for (const auto& name : list.list_keys) {
    if (const auto found = item.find(name); found != item.end()) keys[name] = *found;
  }
  return keys;
}

}  // namespace

void each_duplicate(const SchemaNode& list, const json& value, const OnDuplicate& on_duplicate) {
  if (list.list_type == ListType::atomic) return;
  const bool keyed = list.list_type == ListType::map;
  std::set<json> seen;
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (keyed && !value[i].is_object()) continue;
    auto key = keyed ? keys_of(list, value[i]) : value[i];
    const auto shown = keyed ? go_map(key) : quoted(key);
    if (!seen.insert(std::move(key)).second) on_duplicate(i, shown);
  }
}

bool has_duplicates(const json& list) {
  std::set<json> seen;
  for (const auto& item : list) {
    if (!seen.insert(item).second) return true;
  }
  return false;
}

}  // namespace hearth::schema
