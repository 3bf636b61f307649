// SPDX-License-Identifier: Apache-2.0
// GET /trace?device=ns/name&after=N&follow=true: trace events as JSON lines, for `hearthctl trace`.
// Thread: the connection's strand.   Errors: a bad number in the query is a 400.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "sdk/base/trace.hpp"
#include "sdk/net/http_server.hpp"

namespace hearth::net {

/// Answers one request. With follow=true the answer is a stream that ends when the peer goes; without `after` it then
/// begins with what happens from now on.
boost::asio::awaitable<void> serve_trace(HttpRequest request, ResponseWriter& writer, const Trace& trace);

}  // namespace hearth::net
