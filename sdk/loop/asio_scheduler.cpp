// SPDX-License-Identifier: Apache-2.0
#include "sdk/loop/asio_scheduler.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

namespace hearth {
namespace {

class AsioAlarm final : public Alarm {
 public:
  explicit AsioAlarm(const boost::asio::any_io_executor& executor) : timer_(executor) {}

  void set(std::chrono::steady_clock::time_point when, std::function<void()> task) override {
    const auto turn = ++*turn_;
    timer_.expires_at(when);
    timer_.async_wait([turn, current = std::weak_ptr(turn_),
                       task = std::move(task)](const boost::system::error_code& error) {
      // A wait that ended just before it was cancelled comes here without an error.
      const auto held = current.lock();
      if (!error && held && *held == turn) task();
    });
  }

  void cancel() override {
    ++*turn_;
    timer_.cancel();
  }

 private:
  std::shared_ptr<std::uint64_t> turn_ = std::make_shared<std::uint64_t>(0);
  boost::asio::steady_timer timer_;
};

}  // namespace

void AsioScheduler::post(std::function<void()> task) {
  boost::asio::post(executor_, std::move(task));
}

std::unique_ptr<Alarm> AsioScheduler::make_alarm() {
  return std::make_unique<AsioAlarm>(executor_);
}

}  // namespace hearth
