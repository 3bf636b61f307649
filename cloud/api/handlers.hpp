// SPDX-License-Identifier: Apache-2.0
// The verbs of the API, each from a call to its answer.
// Thread: coroutines on the connection's strand; `services` outlives them.   Errors: a Status.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <memory>

#include "cloud/api/call.hpp"
#include "cloud/api/response.hpp"
#include "cloud/api/watch_pace.hpp"
#include "sdk/net/http_server.hpp"

namespace hearth::api {

using CallPtr = std::shared_ptr<const Call>;
using Reply = boost::asio::awaitable<Answer<Response>>;

Reply get_object(const Services* services, CallPtr call);
Reply list_objects(const Services* services, CallPtr call);
Reply create_objects(const Services* services, CallPtr call);
Reply replace_object(const Services* services, CallPtr call);
Reply patch_object(const Services* services, CallPtr call);
Reply delete_objects(const Services* services, CallPtr call);

/// NAME/scale of a custom kind that has one.
Reply serve_scale(const Services* services, CallPtr call);

/// Of a kind that is a question.
Reply answer_review(const Services* services, CallPtr call);
/// serviceaccounts/NAME/token
Reply create_token(const Services* services, CallPtr call);

/// Answers by itself: a stream, or a Status.
boost::asio::awaitable<void> watch_objects(const Services* services, CallPtr call,
                                           net::ResponseWriter* writer, const WatchPace* pace);

/// Waits a little until what a client has seen elsewhere is here too; 504 when it does not come.
boost::asio::awaitable<Answer<void>> reach_version(const Services* services,
                                                   std::optional<std::uint64_t> version);

/// A whole collection as values, for a reader of this process.
boost::asio::awaitable<Answer<Snapshot>> list_locally(const Services* services, CallPtr call);

/// The same events as values, for a watcher of this process: until `on_event` returns false, the queue is closed
/// or the call's timeout is over; bookmarks are not sent.
using OnEvent = std::function<bool(const char* type, ObjectPtr object)>;
boost::asio::awaitable<Answer<void>> watch_locally(const Services* services, CallPtr call,
                                                   std::shared_ptr<WatchQueue> queue, OnEvent on_event);

}  // namespace hearth::api
