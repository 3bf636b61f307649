// SPDX-License-Identifier: Apache-2.0
// How a device's coroutine rests between two things to do, and what ends what it is doing.
// Thread: the io_context's.   Errors: none.
#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <optional>

namespace hearth::runtime {

class Rest {
 public:
  using Time = std::chrono::steady_clock::time_point;

  explicit Rest(boost::asio::io_context& io) : timer_(io) {}

  /// There is something to look at: the rest, if there is one, ends.
  void wake() { timer_.cancel(); }
  /// The device is to be opened anew.
  void reopen() {
    reopen_ = true;
    wake();
  }
  /// The device is to be closed for good.
  void stop() {
    stopping_ = true;
    wake();
  }

  bool stopping() const { return stopping_; }
  /// Neither stop() nor, since the last begin(), reopen().
  bool undisturbed() const { return !stopping_ && !reopen_; }
  void begin() { reopen_ = false; }

  /// Until then, or until something wakes it.
  boost::asio::awaitable<void> until(std::optional<Time> when) {
    timer_.expires_at(when.value_or(Time::max()));
    co_await timer_.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
  }

 private:
  boost::asio::steady_timer timer_;
  bool reopen_ = false;
  bool stopping_ = false;
};

}  // namespace hearth::runtime
