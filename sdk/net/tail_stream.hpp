// SPDX-License-Identifier: Apache-2.0
// Answers GET …?after=N&follow=true with the numbered events of a tail, one a line: what there is, or what comes until the
// peer goes.
// Thread: the connection's strand.   Errors: a bad number in the query is a 400.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "sdk/net/http_server.hpp"

namespace hearth::net {

struct TailQuery {
  std::optional<std::uint64_t> after;  ///< only what comes behind that number
  bool follow = false;
  std::map<std::string, std::string> filters;  ///< the other parameters
};

/// Nothing if `after` is no number.
std::optional<TailQuery> parse_tail_query(const std::string& target);

struct Tail {
  std::function<std::uint64_t()> last;
  /// Lines of the next events behind `seen`, which is moved on; empty if there are none for now.
  std::function<std::string(const TailQuery& query, std::uint64_t& seen)> next;
};

/// From the oldest on; with follow=true from now on.
boost::asio::awaitable<void> serve_tail(HttpRequest request, ResponseWriter& writer, Tail tail);

}  // namespace hearth::net
