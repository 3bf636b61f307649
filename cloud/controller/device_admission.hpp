// SPDX-License-Identifier: Apache-2.0
// What is wrong with a Device or DeviceModel beyond its schema, in the words Kubernetes uses. A fault that the old
// object had already is no reason to refuse an update.
// Thread: pure functions.   Errors: documents that cannot be read give no violations: the schema speaks for them.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace hearth::controller {

struct DeviceViolation {
  std::string field;  ///< spec.properties[0].desired.value
  std::string reason;  ///< FieldValueInvalid, FieldValueNotFound, FieldValueDuplicate, FieldValueForbidden, …
  std::string message;  ///< what stands after the field: Invalid value: "300": must be at most 100 (…)
  bool operator==(const DeviceViolation&) const = default;
};

/// `model` null: there is none, which is a condition of the device, not a reason to refuse it. `old_device` null:
/// a create.
std::vector<DeviceViolation> check_device_write(const nlohmann::json& device,
                                                const nlohmann::json* old_device,
                                                const nlohmann::json* model);

std::vector<DeviceViolation> check_device_model_write(const nlohmann::json& model,
                                                      const nlohmann::json* old_model);

/// spec.deviceModelRef.name; empty when there is none.
std::string model_name_of(const nlohmann::json& device);

}  // namespace hearth::controller
