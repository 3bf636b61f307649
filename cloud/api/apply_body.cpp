// SPDX-License-Identifier: Apache-2.0
#include "cloud/api/apply_body.hpp"

#include <charconv>

#include "cloud/api/object_rules.hpp"
#include "sdk/schema/yaml_document.hpp"

namespace hearth::api {

using nlohmann::json;

namespace {

constexpr std::string_view kOfType = "must be of type ";

/// The value at spec.properties[0].type; null when there is none.
const json* value_at(const json& root, std::string_view path) {
  const auto* at = &root;
  while (at != nullptr && !path.empty()) {
    const auto end = path.find_first_of(".[", 1);
    auto step = path.substr(0, end);
    path.remove_prefix(end == std::string_view::npos ? path.size() : end);
    if (step.front() == '[') {
      std::size_t index = 0;
      std::from_chars(step.data() + 1, step.data() + step.size(), index);
      at = at->is_array() && index < at->size() ? &(*at)[index] : nullptr;
      continue;
    }
    if (step.front() == '.') step.remove_prefix(1);
    at = at_path(*at, {step});
  }
  return at;
}

std::string text_of(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string_view type_name_of(const json& value) {
  if (value.is_string()) return "string";
  if (value.is_boolean()) return "bool";
  if (value.is_array()) return "[]interface {}";
  if (value.is_object()) return "map[string]interface {}";
  return value.is_number_float() ? "float64" : "int64";
}

/// As the Go library that Kubernetes applies with says it.
std::string expectation(std::string_view wanted, const json& value) {
  const auto plain = value.is_string() ? value.get<std::string>() : text_of(value);
  if (wanted == "string")
    return "expected string, got &value.valueUnstructured{Value:" + text_of(value) + "}";
  if (wanted == "boolean") return "expected boolean, got &{" + plain + "}";
  if (wanted == "array") return "expected list, got &{" + plain + "}";
  if (wanted == "object") return "expected map, got &{" + plain + "}";
  return "expected numeric (int or float), got " + std::string(type_name_of(value));
}

void add_wrong_types(const schema::Schema& schema, const json& configuration,
                     std::vector<std::string>& faults) {
  auto object = configuration;
  schema::normalize_integers(schema, object);
  for (const auto& violation : schema::validate(schema, object)) {
    const auto at = violation.message.find(kOfType);
    if (violation.reason != "FieldValueTypeInvalid" || at == std::string::npos) continue;
    const auto wanted = violation.message.substr(at + kOfType.size());
    const auto* value = value_at(object, violation.path);
    if (value == nullptr || value->is_null()) continue;
    faults.push_back("." + violation.path + ": " + expectation(wanted.substr(0, wanted.find(':')), *value));
  }
}

}  // namespace

Answer<Body> take_configuration(const Call& call) {
  if (call.document) return Body{std::move(*call.document), {}};
  const auto& text = call.request.body;
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first != std::string::npos && text[first] == '{') {
    if (auto body = decode_json(text)) return body;
  }
  auto document = schema::parse_yaml_document(text, "patch");
  if (!document) return bad_request("error decoding YAML: " + document.error().text);
  return Body{std::move(*document), {}};
}

Status not_typed(const KindName& kind, const json& configuration, const std::string& why) {
  const auto ns = namespace_of(configuration);
  return bad_request("failed to create typed patch object (" + (ns.empty() ? "" : ns + "/") +
                     name_of(configuration) + "; " + text_at(configuration, {"apiVersion"}) +
                     ", Kind=" + kind.kind + "): " + why);
}

Answer<void> check_configuration(const KindName& kind, const TypeVersion& version,
                                 const json& configuration) {
  std::vector<std::string> faults;
  if (const auto* meta = at_path(configuration, {"metadata"}); meta != nullptr && meta->is_object()) {
    for (const auto& name : unknown_metadata(*meta))
      faults.push_back("." + name + ": field not declared in schema");
  }
  if (version.schema) {
    for (const auto& path : schema::unknown_fields(*version.schema, configuration))
      faults.push_back("." + path + ": field not declared in schema");
    add_wrong_types(*version.schema, configuration, faults);
  }
  if (faults.empty()) return {};
  if (faults.size() == 1) return not_typed(kind, configuration, faults.front());
  std::string list = "errors:";
  for (const auto& fault : faults)
    list += "\n  " + fault;
  return not_typed(kind, configuration, list);
}

}  // namespace hearth::api
