// SPDX-License-Identifier: Apache-2.0
#include "cloud/eventdata/event_stream.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sdk/net/tail_stream.hpp"

namespace hearth::eventdata {
namespace {

constexpr std::size_t kChunk = 256 * 1024;

std::string filter(const net::TailQuery& query, const char* name) {
  const auto found = query.filters.find(name);
  return found == query.filters.end() ? std::string() : found->second;
}

std::string lines(const std::vector<TailedEvent>& events) {
  std::string text;
  for (const auto& event : events)
    text += to_json_line(event) + "\n";
  return text;
}

/// The next ones that are wanted; those that were looked at and are not count as seen.
std::string next_lines(const EventRing& ring, const net::TailQuery& query, std::uint64_t& seen) {
  const auto newest = ring.last();
  const auto events = ring.after(seen, {filter(query, "node"), filter(query, "topic")}, kChunk);
  seen = events.empty() ? std::max(seen, newest) : events.back().sequence;
  return lines(events);
}

}  // namespace

boost::asio::awaitable<void> serve_event_data(net::HttpRequest request, net::ResponseWriter& writer,
                                              const EventRing& ring) {
  net::Tail tail;
  tail.last = [&ring] { return ring.last(); };
  tail.next = [&ring, begun = false](const net::TailQuery& query, std::uint64_t& seen) mutable {
    if (begun || !query.follow) return next_lines(ring, query, seen);
    begun = true;
    return fmt::format("{{\"sequence\":{}}}\n", seen);
  };
  co_await net::serve_tail(std::move(request), writer, std::move(tail));
}

}  // namespace hearth::eventdata
