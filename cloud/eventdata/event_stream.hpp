// SPDX-License-Identifier: Apache-2.0
// GET …?node=&topic=&after=N&follow=true: event data as JSON lines, for `hearthctl data`.
// Thread: the connection's strand.   Errors: a bad number in the query is a 400.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "cloud/eventdata/event_ring.hpp"
#include "sdk/net/http_server.hpp"

namespace hearth::eventdata {

inline constexpr const char* kEventDataPath = "/hearth/v1/eventdata";

/// What is in the ring, from the oldest on; with follow=true from now on, until the peer goes, and a first line with the
/// sequence number it begins behind alone. `after` begins behind that sequence number in both.
boost::asio::awaitable<void> serve_event_data(net::HttpRequest request, net::ResponseWriter& writer,
                                              const EventRing& ring);

}  // namespace hearth::eventdata
