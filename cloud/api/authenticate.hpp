// SPDX-License-Identifier: Apache-2.0
// Who a request comes from: its client certificate, its bearer token, or nobody; and as whom it asks to be taken
// (Impersonate-User and its like), if it may.
// Thread: any.   Errors: 401 for a token that is not good, 403 for an impersonation that is not allowed.
#pragma once

#include "cloud/api/access_control.hpp"
#include "cloud/api/base/status.hpp"
#include "sdk/net/http.hpp"

namespace hearth::api {

/// Never null. Nobody is system:anonymous.
Answer<access::UserPtr> authenticate(const net::HttpRequest& request, const AccessControl& access,
                                     WallTime now);

}  // namespace hearth::api
