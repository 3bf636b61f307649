// SPDX-License-Identifier: Apache-2.0
#include "sdk/net/tail_stream.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/url/parse.hpp>
#include <charconv>

namespace hearth::net {
namespace {

namespace asio = boost::asio;

/// A tail tells nobody of new events, and a person watches: this often is often enough, and only while one does.
constexpr std::chrono::milliseconds kLook{20};

asio::awaitable<void> stream(TailQuery query, ResponseWriter& writer, Tail tail) {
  asio::steady_timer timer(co_await asio::this_coro::executor);
  auto seen = query.after.value_or(query.follow ? tail.last() : 0);
  for (;;) {
    auto lines = tail.next(query, seen);
    if (!lines.empty()) {
      const auto written = co_await writer.write(std::move(lines));
      if (!written) co_return;
      continue;
    }
    if (!query.follow) co_return;
    timer.expires_after(kLook);
    co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
  }
}

}  // namespace

std::optional<TailQuery> parse_tail_query(const std::string& target) {
  const auto url = boost::urls::parse_origin_form(target);
  if (!url) return std::nullopt;
  TailQuery query;
  for (const auto& parameter : url->params()) {
    if (parameter.key == "follow") {
      query.follow = parameter.value == "true";
    } else if (parameter.key == "after") {
      std::uint64_t after = 0;
      const auto* end = parameter.value.data() + parameter.value.size();
      if (std::from_chars(parameter.value.data(), end, after).ptr != end) return std::nullopt;
      query.after = after;
    } else {
      query.filters[parameter.key] = parameter.value;
    }
  }
  return query;
}

asio::awaitable<void> serve_tail(HttpRequest request, ResponseWriter& writer, Tail tail) {
  using namespace boost::asio::experimental::awaitable_operators;
  auto query = parse_tail_query(request.target);
  if (!query) {
    HttpResponse refusal{400, {{"Content-Type", "text/plain"}}, "after= takes a number\n"};
    co_await writer.send(std::move(refusal));
    co_return;
  }
  Headers headers{{"Content-Type", "application/x-ndjson"}};
  const auto started = co_await writer.start(200, std::move(headers));
  if (!started) co_return;
  co_await (stream(std::move(*query), writer, std::move(tail)) || writer.closed());
  co_await writer.finish();
}

}  // namespace hearth::net
