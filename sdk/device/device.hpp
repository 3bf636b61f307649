// SPDX-License-Identifier: Apache-2.0
// Device and DeviceModel of devices.kubeedge.io/v1beta1 as plain values, and what the two say together.
// Thread: plain values.   Errors: a JSON document of another shape gives an Error with the field's path.
#pragma once

#include <chrono>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "sdk/base/error.hpp"
#include "sdk/base/ids.hpp"
#include "sdk/device/value.hpp"

namespace hearth::device {

inline constexpr std::string_view kGroup = "devices.kubeedge.io";
inline constexpr std::string_view kApiVersion = "devices.kubeedge.io/v1beta1";

enum class AccessMode { read_write, read_only };

/// protocol, visitors: which protocol, and the mapper's own keys.
struct ProtocolConfig {
  std::string protocol_name;
  nlohmann::json config_data = nlohmann::json::object();
  bool operator==(const ProtocolConfig&) const = default;
};

struct ModelProperty {
  std::string name;
  std::string description;
  PropertyType type = PropertyType::string;
  AccessMode access = AccessMode::read_write;
  std::optional<double> minimum;
  std::optional<double> maximum;
  std::string unit;
  std::optional<ProtocolConfig> visitors;
  bool operator==(const ModelProperty&) const = default;
};

/// What every object of the API carries and the edge needs of it.
struct ObjectMeta {
  DeviceId id;  ///< namespace and name
  std::string uid;
  std::uint64_t resource_version = 0;  ///< 0 when the document has none (a manifest from a folder)
  bool operator==(const ObjectMeta&) const = default;
};

struct DeviceModel {
  ObjectMeta meta;
  std::string protocol;
  nlohmann::json protocol_config = nlohmann::json::object();
  std::vector<ModelProperty> properties;

  const ModelProperty* find(std::string_view property) const;
};

struct DeviceProperty {
  std::string name;
  std::optional<std::string> desired;
  std::map<std::string, std::string> desired_metadata;
  std::optional<ProtocolConfig> visitors;
  std::chrono::milliseconds collect_cycle{1000};  ///< 0 or absent in the manifest means 1 s (KubeEdge D.7)
  std::chrono::milliseconds report_cycle{1000};
  bool report_to_cloud = true;
  bool operator==(const DeviceProperty&) const = default;
};

struct Device {
  ObjectMeta meta;
  std::string model_name;
  std::string node_name;
  ProtocolConfig protocol;
  std::vector<DeviceProperty> properties;

  const DeviceProperty* find(std::string_view property) const;
};

/// Takes a whole object (apiVersion, kind, metadata, spec). Unknown fields are passed over: the API has
/// checked them.
Result<Device> parse_device(const nlohmann::json& object);
Result<DeviceModel> parse_device_model(const nlohmann::json& object);

/// What is wrong with a device in the light of its model.
struct Issue {
  std::string path;     ///< spec.properties[0].desired.value
  std::string reason;   ///< CamelCase: UnknownProperty, BadValue, OutOfRange, ReadOnly, Duplicate
  std::string message;  ///< a sentence without the path
  bool operator==(const Issue&) const = default;
};

/// Unknown or repeated property names, desired values that do not fit type or range, desired of a ReadOnly
/// property.
std::vector<Issue> check_device(const Device& device, const DeviceModel& model);

/// The value if it has the property's type and lies within minimum and maximum.
Result<Value> check_value(const ModelProperty& property, std::string_view text);

/// One property as a mapper is to serve it: the model's facts with the device's settings, the device's
/// winning.
struct ResolvedProperty {
  ModelProperty model;
  DeviceProperty device;
  nlohmann::json config = nlohmann::json::object();  ///< visitors.configData, model's and device's merged
  bool operator==(const ResolvedProperty&) const = default;
};

struct ResolvedDevice {
  ObjectMeta meta;
  std::string model_name;
  std::string protocol_name;
  nlohmann::json config = nlohmann::json::object();  ///< protocol.configData, model's and device's merged
  std::vector<ResolvedProperty> properties;          ///< those the device lists and the model knows
  bool operator==(const ResolvedDevice&) const = default;
};

ResolvedDevice resolve(const Device& device, const DeviceModel& model);

}  // namespace hearth::device
