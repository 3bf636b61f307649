// SPDX-License-Identifier: Apache-2.0
// gzip for large answers, as Kubernetes does it: above 128 KiB, where the client asks for it, never for a watch.
// Thread: plain functions; compressed() gives way to others after each slice.   Errors: none; what cannot be compressed
// is sent as it is.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <string_view>

#include "sdk/net/http.hpp"

namespace hearth::api {

inline constexpr std::size_t kWorthCompressing = 128 * 1024;

/// By Accept-Encoding with its q-values; nobody is sent gzip who did not ask.
bool takes_gzip(std::string_view accept_encoding);

/// The answer as the client with that Accept-Encoding gets it.
boost::asio::awaitable<net::HttpResponse> compressed(net::HttpResponse response, std::string accept_encoding);

}  // namespace hearth::api
