// SPDX-License-Identifier: Apache-2.0
#include "sdk/device/device.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace hearth::device {
namespace {

template <class Property>
const Property* find_by_name(const std::vector<Property>& properties, std::string_view name) {
  const auto found =
      std::find_if(properties.begin(), properties.end(), [&](const auto& p) { return p.name == name; });
  return found == properties.end() ? nullptr : &*found;
}

std::string range_text(const ModelProperty& property) {
  if (property.minimum && property.maximum)
    return fmt::format("between {} and {}", *property.minimum, *property.maximum);
  if (property.minimum) return fmt::format("at least {}", *property.minimum);
  return fmt::format("at most {}", property.maximum.value_or(0));
}

std::optional<Issue> check_desired(const DeviceProperty& wanted, const ModelProperty& model,
                                   const std::string& path) {
  // The spec of a ReadOnly property may carry an empty desired value: KubeEdge's mappers need the field to be
  // there.
  if (!wanted.desired || (model.access == AccessMode::read_only && wanted.desired->empty()))
    return std::nullopt;
  const auto desired_path = path + ".desired.value";
  if (model.access == AccessMode::read_only) {
    return Issue{desired_path, "ReadOnly",
                 fmt::format("property {} is ReadOnly in its DeviceModel", model.name)};
  }
  const auto value = check_value(model, *wanted.desired);
  if (value.has_error()) return Issue{desired_path, value.error().code, value.error().text};
  return std::nullopt;
}

}  // namespace

const ModelProperty* DeviceModel::find(std::string_view property) const {
  return find_by_name(properties, property);
}

const DeviceProperty* Device::find(std::string_view property) const {
  return find_by_name(properties, property);
}

Result<Value> check_value(const ModelProperty& property, std::string_view text) {
  auto value = parse_value(property.type, text);
  if (!value) return value;
  const auto number = numeric(*value);
  const bool low = number && property.minimum && *number < *property.minimum;
  const bool high = number && property.maximum && *number > *property.maximum;
  if (low || high) {
    return invalid("OutOfRange", fmt::format("{} is out of range: property {} must be {}", text,
                                             property.name, range_text(property)));
  }
  return value;
}

std::vector<Issue> check_device(const Device& device, const DeviceModel& model) {
  std::vector<Issue> issues;
  std::set<std::string_view> seen;
  for (std::size_t i = 0; i < device.properties.size(); ++i) {
    const auto& property = device.properties[i];
    const auto path = fmt::format("spec.properties[{}]", i);
    if (!seen.insert(property.name).second) {
      issues.push_back(
          {path + ".name", "Duplicate", fmt::format("property {} is listed twice", property.name)});
    }
    const auto* known = model.find(property.name);
    if (!known) {
      issues.push_back({path + ".name", "UnknownProperty",
                        fmt::format("DeviceModel {} has no property {}", model.meta.id.name, property.name)});
      continue;
    }
    if (auto issue = check_desired(property, *known, path)) issues.push_back(std::move(*issue));
  }
  return issues;
}

ResolvedDevice resolve(const Device& device, const DeviceModel& model) {
  ResolvedDevice resolved;
  resolved.meta = device.meta;
  resolved.model_name = device.model_name;
  resolved.protocol_name =
      device.protocol.protocol_name.empty() ? model.protocol : device.protocol.protocol_name;
  resolved.config = model.protocol_config;
  resolved.config.update(device.protocol.config_data);
  for (const auto& property : device.properties) {
    const auto* known = model.find(property.name);
    if (!known) continue;
    auto config = known->visitors ? known->visitors->config_data : nlohmann::json::object();
    if (property.visitors) config.update(property.visitors->config_data);
    resolved.properties.push_back({*known, property, std::move(config)});
  }
  return resolved;
}

}  // namespace hearth::device
