// SPDX-License-Identifier: Apache-2.0
#include "cloud/api/garbage_collector.hpp"

#include <spdlog/spdlog.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace hearth::api {

namespace asio = boost::asio;

namespace {

constexpr std::chrono::seconds kRetryAfter{1};

}  // namespace

void GarbageCollector::follow(const std::vector<ChangePtr>& changes,
                              const std::shared_ptr<const void>& alive) {
  garbage_.follow(changes, *kinds_.now());
  start(alive);
}

void GarbageCollector::start(const std::shared_ptr<const void>& alive) {
  if (running_ || garbage_.idle()) return;
  running_ = true;
  asio::co_spawn(executor_, run(this, alive), [](const std::exception_ptr& escaped) {
    try {
      if (escaped) std::rethrow_exception(escaped);
    } catch (const std::exception& error) {
      spdlog::error("api: garbage collection ended: {}", error.what());
    }
  });
}

asio::awaitable<void> GarbageCollector::run(GarbageCollector* self, std::shared_ptr<const void> alive) {
  asio::steady_timer timer(self->executor_);
  const auto turn = std::make_shared<Turn>();
  while (!turn->over) {
    Work work = [self, alive, turn](Transaction& transaction) -> Answer<ObjectPtr> {
      self->step(transaction, *turn);
      return ObjectPtr();
    };
    const auto done = co_await self->store_.write(std::move(work), false);
    turn->failed = !done;
    if (done) continue;
    turn->over = false;
    timer.expires_after(kRetryAfter);
    co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
  }
}

/// It is over only when a write found nothing to do: by then the last batch is committed.
void GarbageCollector::step(Transaction& transaction, Turn& turn) {
  if (!turn.failed && garbage_.idle()) {
    running_ = false;
    turn.over = true;
    return;
  }
  const LifecycleContext context{kinds_.now(), nullptr, nullptr, nullptr, clock_()};
  garbage_.step(transaction, context, turn.failed);
}

}  // namespace hearth::api
