// SPDX-License-Identifier: Apache-2.0
#include "cloud/ctl/set_plan.hpp"

#include <fmt/format.h>

#include "cloud/kube/json_access.hpp"
#include "sdk/schema/diagnostic.hpp"

namespace hearth::ctl {
namespace {

using kube::array_at;
using kube::object_at;
using kube::string_at;
using nlohmann::json;

Result<std::size_t> index_of(const json& device, const std::string& property) {
  const auto& properties = array_at(object_at(device, "spec"), "properties");
  std::vector<std::string> names;
  for (std::size_t i = 0; i < properties.size(); ++i) {
    names.push_back(string_at(properties[i], "name"));
    if (names.back() == property) return i;
  }
  auto text = fmt::format("device {} has no property \"{}\"", kube::name_of(device), property);
  if (const auto meant = schema::did_you_mean(property, names); !meant.empty()) {
    text += fmt::format("; did you mean \"{}\"?", meant);
  } else {
    text += names.empty() ? "; it lists none" : fmt::format("; it has {}", fmt::join(names, ", "));
  }
  return not_found("UnknownProperty", std::move(text));
}

json operation(const char* op, const std::string& path, json value) {
  auto out = json::object();
  out["op"] = op;
  out["path"] = path;
  out["value"] = std::move(value);
  return out;
}

void add_operations(const json& property, std::size_t index, const Assignment& assignment, json& patch) {
  const auto& desired = object_at(property, "desired");
  const bool has_desired = property.contains("desired") && property.at("desired").is_object();
  if (has_desired && desired.contains("value") && desired.at("value") == assignment.value) return;
  const auto at = fmt::format("/spec/properties/{}", index);
  patch.push_back(operation("test", at + "/name", assignment.property));
  if (has_desired) {
    patch.push_back(operation("add", at + "/desired/value", assignment.value));
    return;
  }
  auto fresh = json::object();
  fresh["value"] = assignment.value;
  patch.push_back(operation("add", at + "/desired", std::move(fresh)));
}

}  // namespace

Result<Assignment> parse_assignment(std::string_view text) {
  const auto equals = text.find('=');
  if (equals == std::string_view::npos || equals == 0) {
    return invalid("BadAssignment", fmt::format("expected PROPERTY=VALUE, got \"{}\"", text));
  }
  return Assignment{std::string(text.substr(0, equals)), std::string(text.substr(equals + 1))};
}

Result<json> plan_set(const json& device, const std::vector<Assignment>& assignments) {
  auto patch = json::array();
  for (const auto& assignment : assignments) {
    const auto index = index_of(device, assignment.property);
    if (!index) return index.error();
    add_operations(device["spec"]["properties"][*index], *index, assignment, patch);
  }
  return {boost::system::in_place_value, std::move(patch)};
}

std::map<std::string, std::string> reported_values(const json& device) {
  std::map<std::string, std::string> values;
  for (const auto& twin : array_at(object_at(device, "status"), "twins")) {
    const auto& reported = object_at(twin, "reported");
    if (!reported.contains("value") || !reported.at("value").is_string()) continue;
    values[string_at(twin, "propertyName")] = string_at(reported, "value");
  }
  return values;
}

std::optional<std::string> reported_value(const json& device, const std::string& property) {
  const auto values = reported_values(device);
  const auto found = values.find(property);
  if (found == values.end()) return std::nullopt;
  return found->second;
}

std::optional<device::PropertyType> property_type(const json& model, const std::string& property) {
  for (const auto& candidate : array_at(object_at(model, "spec"), "properties")) {
    if (string_at(candidate, "name") != property) continue;
    const auto type = device::parse_property_type(string_at(candidate, "type"));
    if (type) return *type;
  }
  return std::nullopt;
}

bool same_value(std::optional<device::PropertyType> type, const std::string& a, const std::string& b) {
  if (a == b) return true;
  if (!type) return false;
  const auto left = device::parse_value(*type, a);
  const auto right = device::parse_value(*type, b);
  return left && right && *left == *right;
}

std::string troubles(const json& device) {
  std::string out;
  for (const auto& condition : array_at(object_at(device, "status"), "conditions")) {
    if (string_at(condition, "status") == "True") continue;
    if (!out.empty()) out += "; ";
    out += string_at(condition, "type") + ": " + string_at(condition, "message");
  }
  return out;
}

}  // namespace hearth::ctl
