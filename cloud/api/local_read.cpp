// SPDX-License-Identifier: Apache-2.0
#include "cloud/api/handlers.hpp"
#include "cloud/api/list_options.hpp"
#include "cloud/api/object_rules.hpp"
#include "cloud/api/watch_view.hpp"

namespace hearth::api {

namespace asio = boost::asio;
using SteadyClock = std::chrono::steady_clock;

namespace {

/// False when the watcher wants no more.
bool tell(const std::optional<SeenEvent>& event, const OnEvent& on_event) {
  return !event || on_event(event->type, event->object);
}

bool tell_start(const WatchStart& start, const WatchView& view, const OnEvent& on_event) {
  for (const auto& object : start.initial) {
    if (!tell(view.added(object), on_event)) return false;
  }
  for (const auto& change : start.backlog) {
    if (!tell(view.change(*change), on_event)) return false;
  }
  return true;
}

SteadyClock::time_point end_of(const ListOptions& options) {
  constexpr std::uint64_t kLongest = 24 * 60 * 60;
  if (!options.timeout_seconds) return SteadyClock::time_point::max();
  return SteadyClock::now() + std::chrono::seconds(std::min(*options.timeout_seconds, kLongest));
}

}  // namespace

asio::awaitable<Answer<Snapshot>> list_locally(const Services* services, CallPtr call) {
  const auto options = list_options(*call);
  if (!options) co_return options.error();
  auto resource = call->type->resource();
  auto ns = call->path.ns;
  auto snapshot = co_await services->store.list(std::move(resource), std::move(ns), std::nullopt);
  if (!snapshot) co_return snapshot.error();
  std::erase_if(snapshot->objects,
                [&](const ObjectPtr& object) { return !options->selector.matches(*object); });
  for (auto& object : snapshot->objects)
    object = shown_in(*call->type, *call->version, object);
  co_return snapshot;
}

asio::awaitable<Answer<void>> watch_locally(const Services* services, CallPtr call,
                                            std::shared_ptr<WatchQueue> queue, OnEvent on_event) {
  const auto options = list_options(*call);
  if (!options) co_return options.error();
  const WatchView view(*call->type, *call->version, options->selector);
  const auto end = end_of(*options);
  std::optional<std::uint64_t> after;
  if (!options->send_initial_events) after = options->version;
  auto resource = call->type->resource();
  auto ns = call->path.ns;
  auto offered = queue;
  const auto start =
      co_await services->store.watch(std::move(resource), std::move(ns), after, std::move(offered));
  if (!start) co_return start.error();
  if (!tell_start(*start, view, on_event)) co_return Answer<void>();
  while (!queue->closed() && SteadyClock::now() < end) {
    for (const auto& change : queue->take()) {
      if (!tell(view.change(*change), on_event)) co_return Answer<void>();
    }
    if (queue->finished()) break;
    if (queue->overflown()) co_return expired("the watch was read too slowly and is ended");
    co_await queue->wait(end);
  }
  co_return Answer<void>();
}

}  // namespace hearth::api
