// SPDX-License-Identifier: Apache-2.0
// The controller's way to an API server in the same process: no TLS, no HTTP, no JSON text.
// Thread: each transport on its client's strand.   Errors: as kube::Transport; there is no link that could fail.
#pragma once

#include "cloud/api/api_server.hpp"
#include "cloud/kube/transport.hpp"

namespace hearth::cloud {

/// `api` outlives the clients. They are let in as that organization.
kube::TransportFactory local_transport(const api::ApiServer& api, std::string organization);

}  // namespace hearth::cloud
