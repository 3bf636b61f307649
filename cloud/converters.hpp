// SPDX-License-Identifier: Apache-2.0
// What the API server is told of device versions: the rest of it knows no device.
// Thread: pure functions.   Errors: none.
#pragma once

#include <map>
#include <string>

#include "cloud/api/kinds/resource_type.hpp"

namespace hearth::cloud {

/// By resource; from whatever version an object is in to v1alpha2 or v1beta1.
std::map<std::string, api::Converter> device_converters();

}  // namespace hearth::cloud
