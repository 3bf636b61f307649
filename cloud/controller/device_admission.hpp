// SPDX-License-Identifier: Apache-2.0
// What is wrong with a Device or DeviceModel beyond its schema, in the words Kubernetes uses. A fault that the old
// object had already is no reason to refuse an update.
// Thread: pure functions.   Errors: documents that cannot be read give no violations: the schema speaks for them.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "cloud/object/object.hpp"
#include "sdk/base/time.hpp"

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

/// Turns a desired value's metadata.ttl into metadata.expiresAt where the value or the ttl is new, so that every reader
/// counts from the same moment; an expiresAt that the writer has set wins. One that stood for a ttl goes with it.
void resolve_desired_life(nlohmann::json& device, const nlohmann::json* old_device, WallTime now);

std::vector<DeviceViolation> check_device_model_write(const nlohmann::json& model,
                                                      const nlohmann::json* old_model);

/// Why a DeviceModel must stay; nothing when no device of its namespace refers to it.
std::optional<std::string> why_model_stays(const std::string& model,
                                           const std::vector<object::ObjectPtr>& devices);

/// spec.deviceModelRef.name; empty when there is none.
std::string model_name_of(const nlohmann::json& device);

}  // namespace hearth::controller
