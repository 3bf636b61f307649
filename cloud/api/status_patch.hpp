// SPDX-License-Identifier: Apache-2.0
// The short way of the one write that comes by the thousand: a controller's merge patch of a status. Only the status
// is merged and checked, and everything else is copied once.
// Thread: pure function.   Errors: none: what is not plainly good takes the long way, which has the words for it.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>

#include "cloud/api/call.hpp"
#include "cloud/api/patch.hpp"

namespace hearth::api {

/// True for a patch of /status that holds a status and, beside it, preconditions at most.
bool is_plain_status_patch(const Call& call, PatchType type, const nlohmann::json& patch);

/// The status after such a patch; nothing if there is anything to say against it.
std::optional<nlohmann::json> merged_status(const TypeVersion& version, const nlohmann::json& current,
                                            const nlohmann::json& patch);

}  // namespace hearth::api
