// SPDX-License-Identifier: Apache-2.0
// The verbs of the API, each from a call to its answer.
// Thread: coroutines on the connection's strand; `services` outlives them.   Errors: a Status.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <memory>

#include "cloud/api/call.hpp"
#include "sdk/net/http_server.hpp"

namespace hearth::api {

using CallPtr = std::shared_ptr<const Call>;
using Reply = boost::asio::awaitable<Answer<net::HttpResponse>>;

Reply get_object(const Services* services, CallPtr call);
Reply list_objects(const Services* services, CallPtr call);
Reply create_objects(const Services* services, CallPtr call);
Reply replace_object(const Services* services, CallPtr call);
Reply patch_object(const Services* services, CallPtr call);
Reply delete_objects(const Services* services, CallPtr call);

/// Answers by itself: a stream, or a Status.
boost::asio::awaitable<void> watch_objects(const Services* services, CallPtr call,
                                           net::ResponseWriter* writer);

}  // namespace hearth::api
