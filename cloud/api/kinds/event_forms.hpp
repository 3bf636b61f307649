// SPDX-License-Identifier: Apache-2.0
// An Event as each of its two groups has it: v1, which is how it is stored, and events.k8s.io/v1.
// Thread: pure function.   Errors: none; what a form has no place for is left as it is.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace hearth::api {

/// `api_version` is "v1" or "events.k8s.io/v1".
nlohmann::json event_in(nlohmann::json event, const std::string& api_version);

}  // namespace hearth::api
