// SPDX-License-Identifier: Apache-2.0
// Joins the API's admission hook with the rules for devices: the API knows no device, the rules know no API.
// Thread: the rules run on the API store's strand.   Errors: each violation refuses the write; a DeviceModel in use
// stays.
#pragma once

#include <map>
#include <string>

#include "cloud/api/base/admission.hpp"
#include "sdk/base/time.hpp"

namespace hearth::cloud {

/// For Device and DeviceModel, by kind. A device's ttl is turned into a time by `clock`.
std::map<std::string, api::Admission> device_admission(Clock clock = system_clock());

}  // namespace hearth::cloud
