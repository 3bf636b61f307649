// SPDX-License-Identifier: Apache-2.0
#include "sdk/net/trace_stream.hpp"

#include "sdk/net/tail_stream.hpp"

namespace hearth::net {
namespace {

std::string lines(const std::vector<TraceEvent>& events) {
  std::string text;
  for (const auto& event : events) {
    text += to_json(event).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
  }
  return text;
}

}  // namespace

boost::asio::awaitable<void> serve_trace(HttpRequest request, ResponseWriter& writer, const Trace& trace) {
  Tail tail;
  tail.last = [&trace] { return trace.last(); };
  tail.next = [&trace](const TailQuery& query, std::uint64_t& seen) {
    const auto device = query.filters.find("device");
    const auto events = trace.after(seen, device == query.filters.end() ? "" : device->second);
    if (!events.empty()) seen = events.back().sequence;
    return lines(events);
  };
  co_await serve_tail(std::move(request), writer, std::move(tail));
}

}  // namespace hearth::net
