// SPDX-License-Identifier: Apache-2.0
// What `set` has to send to a device, and whether the device has come to report it.
// Thread: none, pure functions.   Errors: unknown properties, with what was probably meant.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sdk/base/error.hpp"
#include "sdk/device/value.hpp"

namespace hearth::ctl {

struct Assignment {
  std::string property;
  std::string value;
  bool operator==(const Assignment&) const = default;
};

/// "power=ON"; the value may be empty and may hold "=".
Result<Assignment> parse_assignment(std::string_view text);

/// A JSON patch of the Device: for each property a test that it still stands where it was seen, then its desired
/// value. Empty array: all are desired already.
Result<nlohmann::json> plan_set(const nlohmann::json& device, const std::vector<Assignment>& assignments);

/// status.twins: the reported value of a property, if any.
std::optional<std::string> reported_value(const nlohmann::json& device, const std::string& property);
/// Every reported value, by property.
std::map<std::string, std::string> reported_values(const nlohmann::json& device);

/// spec.properties[].type of a DeviceModel; nothing for a property or type it does not know.
std::optional<device::PropertyType> property_type(const nlohmann::json& model, const std::string& property);
/// Equal as values of the type ("on" and "true" of a BOOLEAN), or as text when no type is known.
bool same_value(std::optional<device::PropertyType> type, const std::string& a, const std::string& b);

/// The conditions that are not as they should be, as "Type: message; …": why a value may not come.
std::string troubles(const nlohmann::json& device);

}  // namespace hearth::ctl
