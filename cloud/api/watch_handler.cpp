// SPDX-License-Identifier: Apache-2.0
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/this_coro.hpp>

#include "cloud/api/handlers.hpp"
#include "cloud/api/list_options.hpp"
#include "cloud/api/response.hpp"
#include "cloud/api/watch_encoder.hpp"

namespace hearth::api {

namespace asio = boost::asio;
using SteadyClock = std::chrono::steady_clock;
using asio::experimental::awaitable_operators::operator||;

namespace {

constexpr std::chrono::minutes kBookmarkEvery{1};
constexpr std::chrono::minutes kDefaultTimeout{30};
constexpr std::chrono::hours kLongestTimeout{24};

/// A watch under way.
struct Watch {
  const Services* services;
  CallPtr call;
  net::ResponseWriter* writer;
  const WatchPace* pace;
  ListOptions options;
  WatchEncoder encoder;
  std::shared_ptr<WatchQueue> queue;
  SteadyClock::time_point end;
  SteadyClock::time_point next_bookmark;
  SteadyClock::time_point written;

  Watch(const Services* with, CallPtr of, net::ResponseWriter* to, const WatchPace* paced, ListOptions asked)
      : services(with),
        call(std::move(of)),
        writer(to),
        pace(paced),
        options(std::move(asked)),
        encoder(*call->type, *call->version, options) {}
};
using WatchPtr = std::shared_ptr<Watch>;

SteadyClock::time_point end_of(const ListOptions& options) {
  std::chrono::seconds length = kDefaultTimeout;
  const auto longest = static_cast<std::uint64_t>(std::chrono::seconds(kLongestTimeout).count());
  if (options.timeout_seconds) length = std::chrono::seconds(std::min(*options.timeout_seconds, longest));
  return SteadyClock::now() + length;
}

/// False when the client is gone.
asio::awaitable<bool> send(WatchPtr watch, std::string lines) {
  if (lines.empty()) co_return true;
  watch->written = SteadyClock::now();
  const auto written = co_await watch->writer->write(std::move(lines));
  co_return written.has_value();
}

std::string lines_of(Watch& watch, const std::vector<ChangePtr>& changes) {
  const auto now = watch.services->clock();
  std::string lines;
  for (const auto& change : changes)
    watch.encoder.change(*change, now, lines);
  return lines;
}

std::string first_lines(Watch& watch, const WatchStart& start) {
  const auto now = watch.services->clock();
  std::string lines;
  for (const auto& object : start.initial)
    watch.encoder.added(object, now, lines);
  for (const auto& change : start.backlog)
    watch.encoder.change(*change, now, lines);
  if (watch.options.send_initial_events) lines += watch.encoder.bookmark(start.version, true);
  return lines;
}

/// The store answers after all changes up to its version have been posted to the queue.
asio::awaitable<bool> send_bookmark(WatchPtr watch) {
  watch->next_bookmark = SteadyClock::now() + kBookmarkEvery;
  if (!watch->options.bookmarks) co_return true;
  const auto version = co_await watch->services->store.version();
  auto lines = lines_of(*watch, watch->queue->take()) + watch->encoder.bookmark(version, false);
  const bool sent = co_await send(watch, std::move(lines));
  co_return sent;
}

asio::awaitable<void> pump(WatchPtr watch) {
  while (true) {
    const auto changes = watch->queue->take();
    auto lines = lines_of(*watch, changes);
    if (watch->queue->overflown()) {
      lines += WatchEncoder::error(expired("the watch was read too slowly and is ended"));
      co_await send(watch, std::move(lines));
      co_return;
    }
    bool alive = co_await send(watch, std::move(lines));
    if (!alive || watch->queue->finished()) co_return;
    const auto now = SteadyClock::now();
    if (now >= watch->end || now >= watch->next_bookmark) alive = co_await send_bookmark(watch);
    if (!alive || now >= watch->end) co_return;
    co_await watch->queue->wait(std::min(watch->end, watch->next_bookmark));
    const auto rested = watch->written + watch->pace->rest();
    if (SteadyClock::now() < rested) co_await watch->queue->gather(rested);
    if (watch->queue->closed()) co_return;
  }
}

asio::awaitable<void> end_with_peer(WatchPtr watch) {
  co_await watch->writer->closed();
}

asio::awaitable<void> stream(WatchPtr watch, Answer<WatchStart> start) {
  net::Headers headers{{"Content-Type", "application/json"}};
  const auto& deprecation = watch->call->version->deprecation;
  if (!deprecation.empty()) add_warning(headers, deprecation);
  const auto started = co_await watch->writer->start(200, std::move(headers));
  if (!started) co_return;
  auto lines = start ? first_lines(*watch, *start) : WatchEncoder::error(start.error());
  const bool alive = co_await send(watch, std::move(lines));
  // One eye on the peer for the whole watch: a race for each event would cost more than the event.
  if (start && alive) co_await (pump(watch) || end_with_peer(watch));
  co_await watch->writer->finish();
}

}  // namespace

asio::awaitable<void> watch_objects(const Services* services, CallPtr call, net::ResponseWriter* writer,
                                    const WatchPace* pace) {
  auto options = list_options(*call);
  if (!options) {
    auto refusal = to_http(status_response(options.error()));
    co_await writer->send(std::move(refusal));
    co_return;
  }
  const auto watch = std::make_shared<Watch>(services, call, writer, pace, std::move(*options));
  const auto executor = co_await asio::this_coro::executor;
  watch->queue = std::make_shared<WatchQueue>(executor);
  watch->end = end_of(watch->options);
  watch->next_bookmark = SteadyClock::now() + kBookmarkEvery;
  const auto reached = co_await reach_version(services, watch->options.version);
  if (!reached) {
    Answer<WatchStart> refusal = reached.error();
    co_await stream(watch, std::move(refusal));
    co_return;
  }
  const bool from_now = watch->options.send_initial_events || !watch->options.version;
  std::optional<std::uint64_t> after;
  if (!from_now) after = watch->options.version;
  auto resource = call->type->resource();
  auto ns = call->path.ns;
  auto queue = watch->queue;
  auto start = co_await services->store.watch(std::move(resource), std::move(ns), after, std::move(queue));
  co_await stream(watch, std::move(start));
}

}  // namespace hearth::api
