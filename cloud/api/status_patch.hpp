// SPDX-License-Identifier: Apache-2.0
// The short way of the one write that comes by the thousand: a controller's merge patch of a status. Only what
// it says is read and checked, everything else is copied as text.
// Thread: pure function.   Errors: none: what is not plainly good takes the long way, which has the words for it.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "cloud/api/call.hpp"
#include "cloud/api/patch.hpp"

namespace hearth::api {

/// True for a patch of /status that holds a status and, beside it, preconditions at most.
bool is_plain_status_patch(const Call& call, PatchType type, const nlohmann::json& patch);

/// What such a patch makes of a status, both as JSON text, an empty one being none; nothing if there is anything to say
/// against the outcome.
std::optional<std::string> merged_status(const TypeVersion& version, std::string_view status,
                                         const nlohmann::json& patch);

}  // namespace hearth::api
