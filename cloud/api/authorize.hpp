// SPDX-License-Identifier: Apache-2.0
// What a request is an attempt at, and whether who asks may do it.
// Thread: any, pure functions.   Errors: 401 for nobody, 403 in Kubernetes' words for somebody who may not.
#pragma once

#include <optional>
#include <string_view>

#include "cloud/api/base/status.hpp"
#include "cloud/api/call.hpp"

namespace hearth::api {

/// get, list, watch, create, update, patch, delete, deletecollection; empty for a method that is none.
std::string_view verb_of(const Call& call);

/// The call as roles speak of it.
access::Attempt attempt_of(const Call& call, std::string_view verb);

/// The refusal, or none.
std::optional<Status> refuse(const Call& call, std::string_view verb, const AccessControl& access);

/// 403 for an attempt of that user.
Status refused(const access::User& user, const access::Attempt& attempt);

}  // namespace hearth::api
