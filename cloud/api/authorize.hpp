// SPDX-License-Identifier: Apache-2.0
// Who may do what: a verified client certificate of an administrator or controller may do everything.
// Thread: pure function.   Errors: 401 without a certificate, 403 with another one.
#pragma once

#include <optional>
#include <string_view>

#include "cloud/api/call.hpp"
#include "cloud/api/base/status.hpp"

namespace hearth::api {

inline constexpr std::string_view kAdminOrganization = "system:masters";
inline constexpr std::string_view kControllerOrganization = "system:hearth-controllers";

/// get, list, watch, create, update, patch, delete, deletecollection; empty for a method that is none.
std::string_view verb_of(const net::HttpRequest& request, const Target& target, bool named);

/// The refusal, or none. `kind` is null for paths that are no resource.
std::optional<Status> refuse(const Call& call, std::string_view verb);

}  // namespace hearth::api
