// SPDX-License-Identifier: Apache-2.0
// The way to a server by its address: HTTPS (or plain HTTP), a client certificate or a token.
// Thread: one strand.   Errors: as Transport; credentials that cannot be used are reported by the first request.
#pragma once

#include "cloud/kube/kube_client.hpp"

namespace hearth::kube {

std::shared_ptr<Transport> make_https_transport(boost::asio::any_io_executor executor, Access access,
                                                const std::string& user_agent);

}  // namespace hearth::kube
