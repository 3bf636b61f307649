// SPDX-License-Identifier: Apache-2.0
#include "cloud/api/openapi/definitions.hpp"

#include <array>
#include <ranges>

namespace hearth::openapi {
namespace {

using nlohmann::json;

constexpr std::string_view kV3Refs = "#/components/schemas/";
constexpr std::string_view kV2Refs = "#/definitions/";
constexpr const char* kPreserve = "x-kubernetes-preserve-unknown-fields";
constexpr const char* kIntOrString = "x-kubernetes-int-or-string";

// What version 2 knows and old clients read. Defaults are left out as Kubernetes does: clients would check them.
constexpr std::array kCopied = {
    "description", "type",      "format",  "enum",       "required",
    "pattern",     "minimum",   "maximum", "minItems",   "maxItems",
    "minLength",   "maxLength", kPreserve, kIntOrString, "x-kubernetes-group-version-kind"};

bool is_true(const json& schema, const char* key) {
  const auto found = schema.find(key);
  return found != schema.end() && *found == true;
}

std::string dotted_backwards(const std::string& group) {
  std::string name;
  std::size_t end = group.size();
  while (end != 0) {
    const auto dot = group.rfind('.', end - 1);
    const std::size_t start = dot == std::string::npos ? 0 : dot + 1;
    name += (name.empty() ? "" : ".") + group.substr(start, end - start);
    end = dot == std::string::npos ? 0 : dot;
  }
  return name;
}

std::string package_of(const std::string& group) {
  if (group.empty()) return "io.k8s.api.core";
  const bool kubernetes_own = group.find('.') == std::string::npos || group.ends_with(".k8s.io");
  return kubernetes_own ? "io.k8s.api." + group.substr(0, group.find('.')) : dotted_backwards(group);
}

json kind_definition(const OpenApiKind& kind) {
  json definition = kind.schema.is_object() ? kind.schema : json::object();
  json& properties = definition["properties"];
  if (!properties.is_object()) properties = json::object();
  properties["metadata"] = {{"$ref", std::string(kV3Refs) + meta_name("ObjectMeta")}};
  definition["x-kubernetes-group-version-kind"] = json::array({group_version_kind(kind)});
  return definition;
}

json schema_to_v2(const json& schema);

void members_to_v2(const json& schema, json& out) {
  if (const auto items = schema.find("items"); items != schema.end()) out["items"] = schema_to_v2(*items);
  const auto rest = schema.find("additionalProperties");
  if (rest != schema.end() && rest->is_object()) out["additionalProperties"] = schema_to_v2(*rest);
  const auto properties = schema.find("properties");
  if (properties == schema.end()) return;
  json& members = out["properties"] = json::object();
  for (const auto& [name, member] : properties->items())
    members[name] = schema_to_v2(member);
}

json schema_to_v2(const json& schema) {
  if (!schema.is_object()) return json::object();
  if (const auto ref = schema.find("$ref"); ref != schema.end() && ref->is_string()) {
    const auto& target = ref->get_ref<const std::string&>();
    return {{"$ref", std::string(kV2Refs) + target.substr(target.rfind('/') + 1)}};
  }
  json out = json::object();
  for (const char* key : kCopied) {
    if (const auto found = schema.find(key); found != schema.end()) out[key] = *found;
  }
  if (is_true(schema, kIntOrString)) {
    out["type"] = "string";
    out["format"] = "int-or-string";
    return out;
  }
  // Old clients refuse a member that `properties` does not name, and under a bare `object` they refuse nulls: a schema
  // that keeps whatever it gets must say nothing about it.
  if (is_true(schema, kPreserve)) {
    out.erase("required");
    out.erase("type");
    return out;
  }
  members_to_v2(schema, out);
  // An array without items is none that version 2 could express.
  if (out.value("type", json()) == "array" && !out.contains("items")) out.erase("type");
  return out;
}

}  // namespace

std::string meta_name(std::string_view type) {
  return std::string("io.k8s.apimachinery.pkg.apis.meta.v1.").append(type);
}

std::string definition_name(const OpenApiKind& kind) {
  return package_of(kind.group) + "." + kind.version + "." + kind.kind;
}

json group_version_kind(const OpenApiKind& kind) {
  return {{"group", kind.group}, {"version", kind.version}, {"kind", kind.kind}};
}

json make_definitions(const std::vector<const OpenApiKind*>& kinds) {
  json definitions = builtin_definitions();
  for (const OpenApiKind* kind : kinds)
    definitions[definition_name(*kind)] = kind_definition(*kind);
  return definitions;
}

json to_version2(const json& definitions) {
  json converted = json::object();
  for (const auto& [name, schema] : definitions.items())
    converted[name] = schema_to_v2(schema);
  return converted;
}

}  // namespace hearth::openapi
