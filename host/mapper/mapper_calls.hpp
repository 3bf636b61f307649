// SPDX-License-Identifier: Apache-2.0
// A device's calls to its mapper: on the bus, each with a deadline, and with an alarm for one that does not come back.
// Thread: the io_context's; what is called runs on the bus.   Errors: those of the calls.
#pragma once

#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>

#include "host/mapper/bus_pool.hpp"
#include "sdk/mapper/types.hpp"

namespace hearth::runtime {

class MapperCalls : public std::enable_shared_from_this<MapperCalls> {
 public:
  /// `stuck` when a call has taken three times its deadline.
  MapperCalls(boost::asio::io_context& io, std::chrono::milliseconds limit, std::function<void()> stuck)
      : limit_(limit), stuck_(std::move(stuck)), alarm_(io) {}

  /// For the call that is made now.
  mapper::Deadline deadline() const { return std::chrono::steady_clock::now() + limit_; }

  template <class Call>
  boost::asio::awaitable<std::invoke_result_t<Call>> run(Bus bus, Call call) {
    arm();
    auto answer = co_await on_bus(std::move(bus), std::move(call));
    alarm_.cancel();
    co_return answer;
  }

 private:
  void arm() {
    alarm_.expires_after(3 * limit_);
    alarm_.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
      const auto self = weak.lock();
      if (!error && self) self->stuck_();
    });
  }

  std::chrono::milliseconds limit_;
  std::function<void()> stuck_;
  boost::asio::steady_timer alarm_;
};

}  // namespace hearth::runtime
