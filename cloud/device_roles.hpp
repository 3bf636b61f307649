// SPDX-License-Identifier: Apache-2.0
// The roles that speak of devices: what view, edit and admin may do with them, and what our own controller may.
// Thread: any, a constant.   Errors: none.
#pragma once

#include <string>
#include <vector>

namespace hearth::cloud {

/// YAML texts for api::ApiServerOptions::roles.
std::vector<std::string> device_roles();

}  // namespace hearth::cloud
