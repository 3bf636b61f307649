// SPDX-License-Identifier: Apache-2.0
// An io_context with a thread of its own, and the messages that a replayed peer has received.
// Thread: the test's; what the loop's thread adds is behind a mutex.   Errors: thrown, a test fails by them.
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <deque>
#include <future>
#include <mutex>
#include <optional>
#include <thread>

#include "sdk/wire/hub_message.hpp"
#include "tests/e2e/eventually.hpp"

namespace hearth::golden {

class LoopThread {
 public:
  ~LoopThread() {
    io_.stop();
    thread_.join();
  }
  boost::asio::io_context& io() { return io_; }

  template <class T>
  T wait(boost::asio::awaitable<T> work) {
    auto future = boost::asio::co_spawn(io_, std::move(work), boost::asio::use_future);
    if (future.wait_for(e2e::kPatience) != std::future_status::ready) {
      throw std::runtime_error("the peer did not answer in time");
    }
    return future.get();
  }

 private:
  boost::asio::io_context io_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{io_.get_executor()};
  std::thread thread_{[this] { io_.run(); }};
};

/// What has come and nobody has taken yet, in order.
class Inbox {
 public:
  using Match = std::function<bool(const wire::HubMessage&)>;

  void add(wire::HubMessage message) {
    const std::lock_guard lock(mutex_);
    messages_.push_back(std::move(message));
  }

  /// Takes the first that matches; waits for it until the deadline.
  std::optional<wire::HubMessage> take(const Match& match, std::chrono::milliseconds patience) {
    std::optional<wire::HubMessage> found;
    e2e::eventually([&] { return (found = take_now(match)).has_value(); }, patience);
    return found;
  }

  std::optional<wire::HubMessage> take_now(const Match& match) {
    const std::lock_guard lock(mutex_);
    for (auto message = messages_.begin(); message != messages_.end(); ++message) {
      if (!match(*message)) continue;
      auto taken = std::move(*message);
      messages_.erase(message);
      return taken;
    }
    return std::nullopt;
  }

  std::vector<wire::HubMessage> all() const {
    const std::lock_guard lock(mutex_);
    return {messages_.begin(), messages_.end()};
  }

 private:
  mutable std::mutex mutex_;
  std::deque<wire::HubMessage> messages_;
};

}  // namespace hearth::golden
