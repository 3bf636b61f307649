// SPDX-License-Identifier: Apache-2.0
// What the server says about itself and its kinds: version, groups, resources; plain and aggregated.
// Thread: pure functions over the registry.   Errors: an unknown group or version is no answer.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "cloud/api/media.hpp"
#include "cloud/api/request.hpp"
#include "cloud/api/kinds/registry.hpp"
#include "cloud/api/response.hpp"

namespace hearth::api {

/// The Kubernetes version whose API this is, with Hearth's own version as build metadata.
inline constexpr const char* kKubernetesVersion = "v1.32.0";

nlohmann::json version_info();
/// The answer to a discovery path (/version, /api, /apis, /apis/g, /apis/g/v, /api/v1, /); none for others.
std::optional<Response> discover(const Registry& registry, const Target& target, const Media& media);

}  // namespace hearth::api
