// SPDX-License-Identifier: Apache-2.0
// Devices and models of devices.kubeedge.io between v1alpha2, which KubeEdge had before 1.15, and v1beta1, which is
// stored. What one version has no place for is kept in the annotation kLeftOver and comes back with the way back.
// Thread: pure functions.   Errors: none; members of a wrong shape are left for the schema to refuse.
#pragma once

#include <nlohmann/json.hpp>

namespace hearth::convert {

inline constexpr const char* kLeftOver = "devices.kubeedge.io/left-over";

nlohmann::json device_to_v1beta1(nlohmann::json device);
nlohmann::json device_to_v1alpha2(nlohmann::json device);
nlohmann::json model_to_v1beta1(nlohmann::json model);
nlohmann::json model_to_v1alpha2(nlohmann::json model);

}  // namespace hearth::convert
