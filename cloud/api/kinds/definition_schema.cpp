// SPDX-License-Identifier: Apache-2.0
#include "cloud/api/kinds/definition_schema.hpp"

#include <algorithm>
#include <array>

#include "cloud/api/base/json_view.hpp"
#include "cloud/api/kinds/field_violations.hpp"
#include "sdk/schema/structural.hpp"

namespace hearth::api {

using nlohmann::json;

namespace {

constexpr std::size_t kMaxDepth = 64;
constexpr std::size_t kMaxNodes = 20'000;
constexpr std::size_t kMaxFound = 64;

constexpr std::array kNotSupported = {"$ref", "$schema",           "definitions",    "dependencies",
                                      "id",   "patternProperties", "additionalItems"};
/// What a value validation below allOf, anyOf, oneOf or not may not say: shape stands in the structural part.
constexpr std::array kShapeOnly = {"type",
                                   "description",
                                   "title",
                                   "default",
                                   "nullable",
                                   "additionalProperties",
                                   "x-kubernetes-preserve-unknown-fields",
                                   "x-kubernetes-embedded-resource",
                                   "x-kubernetes-list-type",
                                   "x-kubernetes-list-map-keys",
                                   "x-kubernetes-map-type"};
constexpr const char* kRules = "x-kubernetes-validations";
constexpr const char* kListKeys = "x-kubernetes-list-map-keys";

bool is_true(const json& schema, const char* name) {
  const auto* found = at_path(schema, {name});
  return found != nullptr && *found == true;
}

class StructuralCheck {
 public:
  enum class Level { root, field, item };

  void check(const json& schema, const std::string& path, Level level, std::size_t depth);
  std::vector<Violation> take() && { return std::move(found_); }
  bool clean() const { return found_.empty(); }

 private:
  void add(Violation violation) {
    if (found_.size() < kMaxFound) found_.push_back(std::move(violation));
  }
  bool too_large(const std::string& path, std::size_t depth);
  void check_type(const json& schema, const std::string& path, Level level);
  void check_keywords(const json& schema, const std::string& path);
  void check_list(const json& schema, const std::string& path);
  void check_list_keys(const json& schema, const std::string& path);
  void check_root_metadata(const json& schema, const std::string& path);
  void check_members(const json& schema, const std::string& path, std::size_t depth);
  void check_junctors(const json& schema, const json& shape, const std::string& path, std::size_t depth);
  void check_value_validation(const json& schema, const json* shape, const std::string& path,
                              std::size_t depth);

  std::vector<Violation> found_;
  std::size_t nodes_ = 0;
};

bool StructuralCheck::too_large(const std::string& path, std::size_t depth) {
  ++nodes_;
  if (depth <= kMaxDepth && nodes_ <= kMaxNodes) return false;
  if (depth > kMaxDepth) add(forbidden_field(path, "a schema may be nested 64 deep at most"));
  if (nodes_ == kMaxNodes + 1) add(forbidden_field(path, "a schema may have 20000 parts at most"));
  return true;
}

void StructuralCheck::check_type(const json& schema, const std::string& path, Level level) {
  const auto* given = at_path(schema, {"type"});
  const auto type = text_at(schema, {"type"});
  if (given != nullptr && (!given->is_string() || type == "null")) {
    return add(forbidden_field(path + ".type", "type cannot be set to null, use nullable as an alternative"));
  }
  const bool free = is_true(schema, "x-kubernetes-int-or-string") ||
                    is_true(schema, "x-kubernetes-preserve-unknown-fields");
  if (is_true(schema, "x-kubernetes-int-or-string") && !type.empty())
    add(forbidden_field(path + ".type", "must be empty if x-kubernetes-int-or-string is true"));
  if (level == Level::root && !type.empty() && type != "object")
    return add(invalid_value(path + ".type", type, "must be object at the root"));
  if (type.empty()) {
    if (level == Level::root) return add(required_value(path + ".type", "must not be empty at the root"));
    if (free) return;
    return add(required_value(path + ".type", level == Level::item
                                                  ? "must not be empty for specified array items"
                                                  : "must not be empty for specified object fields"));
  }
  constexpr std::array<std::string_view, 6> kTypes = {"array",  "boolean", "integer",
                                                      "number", "object",  "string"};
  if (std::find(kTypes.begin(), kTypes.end(), type) == kTypes.end()) {
    add(unsupported_value(path + ".type", type,
                          {"array", "boolean", "integer", "number", "object", "string"}));
  }
  if (type == "array" && !schema.contains("items")) add(required_value(path + ".items", "must be specified"));
}

void StructuralCheck::check_keywords(const json& schema, const std::string& path) {
  for (const auto* name : kNotSupported) {
    if (schema.contains(name))
      add(forbidden_field(path + "." + name, std::string(name) + " is not supported"));
  }
  if (is_true(schema, "uniqueItems")) {
    add(forbidden_field(path + ".uniqueItems",
                        "uniqueItems cannot be set to true since the runtime complexity becomes quadratic"));
  }
  const auto* preserve = at_path(schema, {"x-kubernetes-preserve-unknown-fields"});
  if (preserve != nullptr && *preserve == false) {
    add(invalid_value(path + ".x-kubernetes-preserve-unknown-fields", false, "must be true or undefined"));
  }
  const auto* rest = at_path(schema, {"additionalProperties"});
  if (rest != nullptr && *rest == false)
    add(forbidden_field(path + ".additionalProperties", "additionalProperties cannot be set to false"));
  const bool has_properties = !at_path(schema, {"properties"}) ? false : !schema["properties"].empty();
  if (rest != nullptr && has_properties) {
    add(forbidden_field(path + ".additionalProperties",
                        "additionalProperties and properties are mutual exclusive"));
  }
  if (!array_at(schema, {kRules}).empty()) {
    add(forbidden_field(path + "." + kRules,
                        "this server does not evaluate CEL rules; state the rule with the schema's other "
                        "keywords or leave it out"));
  }
}

void StructuralCheck::check_list(const json& schema, const std::string& path) {
  const auto* list_type = at_path(schema, {"x-kubernetes-list-type"});
  const auto* map_type = at_path(schema, {"x-kubernetes-map-type"});
  if (map_type != nullptr && *map_type != "granular" && *map_type != "atomic")
    add(unsupported_value(path + ".x-kubernetes-map-type", *map_type, {"atomic", "granular"}));
  if (list_type == nullptr) {
    if (schema.contains(kListKeys))
      add(required_value(path + ".x-kubernetes-list-type",
                         "must be map if x-kubernetes-list-map-keys is non-empty"));
    return;
  }
  const auto type = text_at(schema, {"type"});
  if (type != "array")
    add(invalid_value(path + ".type", type, "must be array if x-kubernetes-list-type is specified"));
  if (*list_type != "atomic" && *list_type != "set" && *list_type != "map")
    add(unsupported_value(path + ".x-kubernetes-list-type", *list_type, {"atomic", "map", "set"}));
  if (*list_type == "map") check_list_keys(schema, path);
}

void StructuralCheck::check_list_keys(const json& schema, const std::string& path) {
  const auto& keys = array_at(schema, {kListKeys});
  if (keys.empty()) {
    add(required_value(path + "." + kListKeys, "must not be empty if x-kubernetes-list-type is map"));
  }
  if (text_at(schema, {"items", "type"}) != "object") {
    add(invalid_value(path + ".items.type", text_at(schema, {"items", "type"}),
                      "must be object if parent array's x-kubernetes-list-type is map"));
  }
  const auto& required = array_at(schema, {"items", "required"});
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const auto key = keys[i].is_string() ? keys[i].get<std::string>() : "";
    const auto* member = at_path(schema, {"items", "properties", key});
    if (member == nullptr) {
      add(invalid_value(path + "." + kListKeys + "[" + std::to_string(i) + "]", keys[i],
                        "entries must all be names of item properties"));
      continue;
    }
    const bool given = std::find(required.begin(), required.end(), keys[i]) != required.end();
    if (!given && !member->contains("default")) {
      add(required_value(path + ".items.properties[" + key + "].default",
                         "this property is in x-kubernetes-list-map-keys, so it must have a default or be a "
                         "required property"));
    }
  }
}

void StructuralCheck::check_root_metadata(const json& schema, const std::string& path) {
  const auto* metadata = at_path(schema, {"properties", "metadata"});
  const auto* members = metadata == nullptr ? nullptr : at_path(*metadata, {"properties"});
  if (members == nullptr || !members->is_object()) return;
  for (const auto& [name, member] : members->items()) {
    if (name == "name" || name == "generateName") continue;
    return add(forbidden_field(path + ".properties[metadata]",
                               "must not specify anything other than name and generateName, but metadata is "
                               "implicitly specified"));
  }
}

void StructuralCheck::check_members(const json& schema, const std::string& path, std::size_t depth) {
  if (const auto* items = at_path(schema, {"items"})) check(*items, path + ".items", Level::item, depth + 1);
  const auto* rest = at_path(schema, {"additionalProperties"});
  if (rest != nullptr && rest->is_object())
    check(*rest, path + ".additionalProperties", Level::field, depth + 1);
  const auto* properties = at_path(schema, {"properties"});
  if (properties == nullptr || !properties->is_object()) return;
  for (const auto& [name, member] : properties->items())
    check(member, path + ".properties[" + name + "]", Level::field, depth + 1);
}

void StructuralCheck::check_junctors(const json& schema, const json& shape, const std::string& path,
                                     std::size_t depth) {
  for (const auto* junctor : {"allOf", "anyOf", "oneOf"}) {
    const auto& members = array_at(schema, {junctor});
    // The usual spelling of int-or-string says its two types again.
    if (is_true(schema, "x-kubernetes-int-or-string") && std::string_view(junctor) != "oneOf") continue;
    for (std::size_t i = 0; i < members.size(); ++i) {
      const auto below = path + "." + junctor + "[" + std::to_string(i) + "]";
      check_value_validation(members[i], &shape, below, depth + 1);
    }
  }
  if (const auto* negated = at_path(schema, {"not"}))
    check_value_validation(*negated, &shape, path + ".not", depth + 1);
}

void StructuralCheck::check_value_validation(const json& schema, const json* shape, const std::string& path,
                                             std::size_t depth) {
  if (too_large(path, depth) || !schema.is_object()) return;
  for (const auto* name : kShapeOnly) {
    if (schema.contains(name)) add(forbidden_field(path + "." + name, "must be empty to be structural"));
  }
  check_keywords(schema, path);
  if (const auto* items = at_path(schema, {"items"})) {
    const auto* below = shape == nullptr ? nullptr : at_path(*shape, {"items"});
    if (below == nullptr) add(required_value(path + ".items", "because it is defined in a value validation"));
    check_value_validation(*items, below, path + ".items", depth + 1);
  }
  const auto* properties = at_path(schema, {"properties"});
  if (properties != nullptr && properties->is_object()) {
    for (const auto& [name, member] : properties->items()) {
      const auto* below = shape == nullptr ? nullptr : at_path(*shape, {"properties", name});
      if (below == nullptr) below = shape == nullptr ? nullptr : at_path(*shape, {"additionalProperties"});
      const auto where = path + ".properties[" + name + "]";
      if (below == nullptr)
        add(required_value(where, "must also be specified outside of the value validation"));
      check_value_validation(member, below, where, depth + 1);
    }
  }
  const json none = json::object();
  check_junctors(schema, shape == nullptr ? none : *shape, path, depth);
}

void StructuralCheck::check(const json& schema, const std::string& path, Level level, std::size_t depth) {
  if (too_large(path, depth)) return;
  if (!schema.is_object()) return add(invalid_value(path, schema, "must be a schema"));
  check_type(schema, path, level);
  check_keywords(schema, path);
  check_list(schema, path);
  if (level == Level::root) check_root_metadata(schema, path);
  check_junctors(schema, schema, path, depth);
  check_members(schema, path, depth);
}

/// Defaults must keep the schema they stand in.
void check_defaults(const json& schema, const std::string& path, std::vector<Violation>& found) {
  if (!schema.is_object() || found.size() >= kMaxFound) return;
  if (const auto value = schema.find("default"); value != schema.end()) {
    const auto parsed = schema::Schema::parse(schema, schema::Root::plain);
    if (parsed) {
      for (const auto& violation : schema::validate(*parsed, *value)) {
        const auto inside = violation.path.empty() ? "" : "." + violation.path;
        found.push_back({path + ".default" + inside, violation.reason, violation.message});
      }
    }
  }
  if (const auto* items = at_path(schema, {"items"})) check_defaults(*items, path + ".items", found);
  if (const auto* rest = at_path(schema, {"additionalProperties"}))
    check_defaults(*rest, path + ".additionalProperties", found);
  const auto* properties = at_path(schema, {"properties"});
  if (properties == nullptr || !properties->is_object()) return;
  for (const auto& [name, member] : properties->items())
    check_defaults(member, path + ".properties[" + name + "]", found);
}

}  // namespace

std::vector<Violation> check_definition_schema(const json& schema, const std::string& path) {
  StructuralCheck structural;
  structural.check(schema, path, StructuralCheck::Level::root, 0);
  const bool clean = structural.clean();
  auto found = std::move(structural).take();
  if (!clean) return found;
  if (const auto parsed = schema::Schema::parse(schema); !parsed) {
    found.push_back(invalid_value(path, json::object(), parsed.error().text));
    return found;
  }
  check_defaults(schema, path, found);
  return found;
}

}  // namespace hearth::api
