// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <functional>
#include <type_traits>

#include "sdk/schema/json_value.hpp"
#include "sdk/schema/path.hpp"
#include "sdk/schema/schema_node.hpp"
#include "sdk/schema/structural.hpp"
#include "sdk/schema/unknown.hpp"

namespace hearth::schema {
namespace {

using nlohmann::json;

/// One walk for both: over a const value it only reports, over a mutable one it also removes.
template <class Json>
void walk_unknown(const SchemaNode& node, Json& value, const PathLink& path, const OnUnknown& on_unknown) {
  if (value.is_array()) {
    if (!node.items) return;
    for (std::size_t i = 0; i < value.size(); ++i) {
      walk_unknown(*node.items, value[i], PathLink(path, i), on_unknown);
    }
    return;
  }
  if (!value.is_object()) return;
  for (auto it = value.begin(); it != value.end();) {
    const SchemaNode* known = node.member(it.key());
    const bool opaque = node.is_opaque(it.key());
    const PathLink here(path, it.key());
    if (opaque || known != nullptr || node.keeps_unknown()) {
      if (!opaque && known != nullptr) walk_unknown(*known, *it, here, on_unknown);
      ++it;
      continue;
    }
    on_unknown(here, node, it.key());
    if constexpr (std::is_const_v<Json>) {
      ++it;
    } else {
      it = value.erase(it);
    }
  }
}

template <class Json>
std::vector<std::string> collect_unknown(const Schema& schema, Json& object) {
  std::vector<std::string> paths;
  walk_unknown(schema.root(), object, PathLink(),
               [&](const PathLink& path, const SchemaNode&, std::string_view) {
                 if (paths.size() < kMaxReported) paths.push_back(path.str());
               });
  return paths;
}

void fill_defaults(const SchemaNode& node, json& value) {
  if (value.is_array()) {
    if (!node.items) return;
    for (json& item : value)
      fill_defaults(*node.items, item);
    return;
  }
  if (!value.is_object()) return;
  for (const auto& [name, known] : node.properties) {
    if (node.is_opaque(name) || !known.default_value) continue;
    const auto found = value.find(name);
    const bool missing = found == value.end() || (found->is_null() && !known.nullable);
    if (missing) value[name] = *known.default_value;
  }
  for (auto it = value.begin(); it != value.end(); ++it) {
    if (node.is_opaque(it.key())) continue;
    if (const SchemaNode* known = node.member(it.key())) fill_defaults(*known, *it);
  }
}

bool any_default(const SchemaNode& node) {
  const auto inside = [](const auto& part) { return part != nullptr && any_default(*part); };
  return node.default_value || inside(node.items) || inside(node.additional) ||
         std::ranges::any_of(node.properties, [](const auto& member) { return any_default(member.second); });
}

void normalize(const SchemaNode& node, json& value) {
  if (value.is_number_float()) {
    const auto exact = as_int64(value);
    if (exact && (node.type == Type::integer || node.int_or_string)) value = *exact;
    return;
  }
  if (value.is_array()) {
    if (!node.items) return;
    for (json& item : value)
      normalize(*node.items, item);
    return;
  }
  if (!value.is_object()) return;
  for (auto it = value.begin(); it != value.end(); ++it) {
    if (node.is_opaque(it.key())) continue;
    if (const SchemaNode* known = node.member(it.key())) normalize(*known, *it);
  }
}

}  // namespace

void each_unknown(const Schema& schema, const json& object, const OnUnknown& on_unknown) {
  walk_unknown(schema.root(), object, PathLink(), on_unknown);
}

std::vector<std::string> prune(const Schema& schema, json& object) {
  return collect_unknown(schema, object);
}

std::vector<std::string> unknown_fields(const Schema& schema, const json& object) {
  return collect_unknown(schema, object);
}

bool has_defaults(const Schema& schema) {
  return any_default(schema.root());
}

void apply_defaults(const Schema& schema, json& object) {
  fill_defaults(schema.root(), object);
}

void normalize_integers(const Schema& schema, json& object) {
  normalize(schema.root(), object);
}

}  // namespace hearth::schema
