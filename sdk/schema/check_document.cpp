// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <tuple>

#include "sdk/schema/schema_node.hpp"
#include "sdk/schema/unknown.hpp"
#include "sdk/schema/yaml_document.hpp"

namespace hearth::schema {
namespace {

constexpr std::size_t kMaxListed = 12;

std::vector<std::string> known_names(const SchemaNode& node) {
  std::vector<std::string> names;
  for (const auto& [name, member] : node.properties)
    names.push_back(name);
  if (!node.resource) return names;
  for (const char* name : {"apiVersion", "kind", "metadata"}) {
    if (!node.properties.contains(name)) names.emplace_back(name);
  }
  return names;
}

std::string list_names(const std::vector<std::string>& names) {
  if (names.empty()) return "no keys here";
  if (names.size() > kMaxListed) return {};
  std::string text = names.size() == 1 ? "" : "one of ";
  for (const std::string& name : names)
    text += (&name == &names.front() ? "" : ", ") + name;
  return text;
}

Diagnostic unknown_key(const YamlDocument& document, const PathLink& path, const SchemaNode& around,
                       std::string_view name) {
  const std::vector<std::string> names = known_names(around);
  Diagnostic diagnostic =
      document.diagnose(document.position(path.str()).key, "unknown key \"" + std::string(name) + "\"");
  diagnostic.suggestion = did_you_mean(name, names);
  if (diagnostic.suggestion.empty()) diagnostic.expected = list_names(names);
  return diagnostic;
}

std::string headline(const Violation& violation) {
  const std::string& path = violation.path.empty() ? "the document" : violation.path;
  if (violation.reason == "FieldValueRequired") return path + " is missing";
  if (violation.reason == "FieldValueTypeInvalid") return path + " has the wrong type";
  if (violation.reason == "FieldValueNotSupported") return path + " is none of the allowed values";
  return path + " is not allowed to be this";
}

Diagnostic broken_rule(const YamlDocument& document, const Violation& violation) {
  const Place place = document.position(violation.path);
  const bool missing = violation.reason == "FieldValueRequired";
  Diagnostic diagnostic = document.diagnose(missing ? place.key : place.value, headline(violation));
  diagnostic.expected = violation.expected;
  return diagnostic;
}

}  // namespace

std::vector<Diagnostic> check_document(const Schema& schema, const YamlDocument& document) {
  std::vector<Diagnostic> found;
  each_unknown(schema, document.value(),
               [&](const PathLink& path, const SchemaNode& around, std::string_view name) {
                 if (found.size() < kMaxReported) found.push_back(unknown_key(document, path, around, name));
               });
  for (const Violation& violation : validate(schema, document.value())) {
    found.push_back(broken_rule(document, violation));
  }
  std::ranges::stable_sort(found, {}, [](const Diagnostic& d) { return std::tie(d.line, d.column); });
  return found;
}

}  // namespace hearth::schema
