// SPDX-License-Identifier: Apache-2.0
#include "host/plugin/config_check.hpp"

#include <fmt/core.h>

#include "sdk/schema/diagnostic.hpp"
#include "sdk/schema/schema_node.hpp"
#include "sdk/schema/structural.hpp"

namespace hearth::plugin {
namespace {

using device::Issue;

std::string join(const std::string& base, const std::string& path) {
  return path.empty() ? base : base + "." + path;
}

std::string unknown_key(const std::string& key, const schema::SchemaNode& root) {
  std::vector<std::string> known;
  for (const auto& [name, node] : root.properties) {
    known.push_back(name);
  }
  auto meant = schema::did_you_mean(key, known);
  return meant.empty() ? "the mapper knows no such key"
                       : fmt::format("the mapper knows no such key, did you mean \"{}\"?", meant);
}

void check_object(const nlohmann::json& schema_text, const nlohmann::json& object, const std::string& base,
                  std::vector<Issue>& issues) {
  // The note was refused long ago if its schema does not parse.
  const auto schema = schema::Schema::parse(schema_text, schema::Root::plain);
  if (!schema) return;
  for (const auto& path : schema::unknown_fields(*schema, object)) {
    issues.push_back({join(base, path), "UnknownKey", unknown_key(path, schema->root())});
  }
  for (const auto& violation : schema::validate(*schema, object)) {
    issues.push_back({join(base, violation.path), "BadConfig", violation.message});
  }
}

}  // namespace

std::vector<Issue> check_config(const device::ResolvedDevice& device, const MapperNote& note) {
  std::vector<Issue> issues;
  check_object(note.protocol_schema, device.config, "spec.protocol.configData", issues);
  for (std::size_t i = 0; i < device.properties.size(); ++i) {
    check_object(note.visitor_schema, device.properties[i].config,
                 fmt::format("spec.properties[{}].visitors.configData", i), issues);
  }
  return issues;
}

}  // namespace hearth::plugin
