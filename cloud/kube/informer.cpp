// SPDX-License-Identifier: Apache-2.0
#include "cloud/kube/informer.hpp"

#include <spdlog/spdlog.h>

#include <atomic>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <random>

#include "cloud/kube/informer_state.hpp"

namespace hearth::kube {

namespace asio = boost::asio;

/// Kept alive by its own coroutine until stopped.
class Informer::Driver : public std::enable_shared_from_this<Driver> {
 public:
  Driver(asio::any_io_executor executor, Access access, std::string user_agent, InformerOptions options,
         InformerCallbacks callbacks)
      : executor_(executor),
        client_(executor, std::move(access), std::move(user_agent)),
        timer_(executor),
        options_(std::move(options)),
        callbacks_(std::move(callbacks)),
        state_(options_.backoff_min, options_.backoff_max,
               [engine = std::minstd_rand{std::random_device{}()}]() mutable {
                 return std::uniform_real_distribution<double>(0, 1)(engine);
               }) {}

  void start() {
    asio::co_spawn(executor_, run(shared_from_this()), [path = options_.path](std::exception_ptr escaped) {
      if (escaped) spdlog::error("kube: the informer of {} ended by an exception", path);
    });
  }

  void stop() {
    stopped_ = true;
    asio::dispatch(executor_, [self = shared_from_this()] {
      self->timer_.cancel();
      self->client_.close();
    });
  }

 private:
  static asio::awaitable<void> run(std::shared_ptr<Driver> self) {
    while (!self->stopped_) {
      const auto step = self->state_.next();
      if (const auto* wait = std::get_if<InformerState::Wait>(&step)) {
        self->timer_.expires_after(wait->delay);
        co_await self->timer_.async_wait(asio::as_tuple(asio::use_awaitable));
      } else if (const auto* watch = std::get_if<InformerState::Watch>(&step)) {
        co_await self->watch(watch->resource_version);
      } else {
        co_await self->list();
      }
    }
  }

  asio::awaitable<void> list() {
    auto list = co_await client_.list_objects(options_.path);
    if (stopped_) co_return;
    if (!list) {
      report_outage(list.error());
      state_.list_failed();
      co_return;
    }
    if (std::exchange(failing_, false)) spdlog::info("kube: {} can be listed again", options_.path);
    tell(state_.listed(std::move(*list)));
  }

  asio::awaitable<void> watch(std::string resource_version) {
    std::function<bool(WatchEvent)> on_event = [this](WatchEvent event) {
      if (!stopped_) tell(state_.event(std::move(event)));
      return !stopped_;
    };
    const auto ended =
        co_await client_.watch(options_.path, std::move(resource_version), std::move(on_event));
    if (stopped_) co_return;
    if (!ended) spdlog::debug("kube: watch of {} ended: {}", options_.path, ended.error().text);
    state_.watch_ended(ended);
  }

  void tell(InformerState::Changes changes) {
    for (auto& object : changes.deletes) {
      if (!stopped_ && callbacks_.on_delete) callbacks_.on_delete(std::move(object));
    }
    for (auto& object : changes.upserts) {
      if (!stopped_ && callbacks_.on_upsert) callbacks_.on_upsert(std::move(object));
    }
    if (changes.synced && !stopped_ && callbacks_.on_synced) callbacks_.on_synced();
  }

  void report_outage(const Error& error) {
    if (std::exchange(failing_, true)) return;
    spdlog::warn("kube: {} cannot be listed, trying on: {}", options_.path, error.text);
  }

  asio::any_io_executor executor_;
  KubeClient client_;
  asio::steady_timer timer_;
  InformerOptions options_;
  InformerCallbacks callbacks_;
  InformerState state_;
  bool failing_ = false;
  std::atomic<bool> stopped_ = false;
};

Informer::Informer(asio::any_io_executor executor, Access access, std::string user_agent,
                   InformerOptions options, InformerCallbacks callbacks)
    : driver_(std::make_shared<Driver>(std::move(executor), std::move(access), std::move(user_agent),
                                       std::move(options), std::move(callbacks))) {}

Informer::~Informer() {
  stop();
}

void Informer::start() {
  driver_->start();
}

void Informer::stop() {
  driver_->stop();
}

}  // namespace hearth::kube
