// SPDX-License-Identifier: Apache-2.0
// The Scheduler of a running process, over an Asio executor.
// Thread: the executor's, which must be a strand or run by one thread.   Errors: none.
#pragma once

#include <boost/asio/any_io_executor.hpp>

#include "sdk/loop/scheduler.hpp"

namespace hearth {

class AsioScheduler final : public Scheduler {
 public:
  explicit AsioScheduler(boost::asio::any_io_executor executor) : executor_(std::move(executor)) {}

  std::chrono::steady_clock::time_point now() const override { return std::chrono::steady_clock::now(); }
  void post(std::function<void()> task) override;
  std::unique_ptr<Alarm> make_alarm() override;

 private:
  boost::asio::any_io_executor executor_;
};

}  // namespace hearth
