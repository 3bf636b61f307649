// SPDX-License-Identifier: Apache-2.0
#include "cloud/api/store/watch_queue.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

namespace hearth::api {
namespace {

namespace asio = boost::asio;
using std::chrono::steady_clock;

class WatchQueueTest : public ::testing::Test {
 protected:
  /// Begins what waits; run() tells whether it has ended.
  void begin(asio::awaitable<void> waiting) {
    asio::co_spawn(io_, std::move(waiting), [this](const std::exception_ptr&) { ended_ = true; });
  }
  bool run() {
    io_.restart();
    io_.poll();
    return ended_;
  }
  void offer(std::size_t count) { queue_->offer(std::vector<ChangePtr>(count, std::make_shared<Change>())); }

  asio::io_context io_;
  std::shared_ptr<WatchQueue> queue_ = std::make_shared<WatchQueue>(io_.get_executor());
  steady_clock::time_point later_ = steady_clock::now() + std::chrono::hours(1);
  bool ended_ = false;
};

TEST_F(WatchQueueTest, OneChangeEndsAWait) {
  begin(queue_->wait(later_));
  EXPECT_FALSE(run());
  offer(1);
  EXPECT_TRUE(run());
  EXPECT_EQ(queue_->take().size(), 1U);
}

TEST_F(WatchQueueTest, GatheringGoesOnUntilThereIsALot) {
  begin(queue_->gather(later_));
  offer(1);
  EXPECT_FALSE(run());
  offer(WatchQueue::kMaxGathered);
  EXPECT_TRUE(run());
  EXPECT_EQ(queue_->take().size(), WatchQueue::kMaxGathered + 1);
}

TEST_F(WatchQueueTest, GatheringEndsWithTheKindAndWithTheClient) {
  offer(1);
  begin(queue_->gather(later_));
  EXPECT_FALSE(run());
  queue_->finish();
  EXPECT_TRUE(run());
  ended_ = false;
  begin(queue_->gather(later_));
  queue_->close();
  EXPECT_TRUE(run());
}

TEST_F(WatchQueueTest, GatheringEndsInTime) {
  offer(1);
  begin(queue_->gather(steady_clock::now()));
  io_.restart();
  io_.run_for(std::chrono::seconds(10));
  EXPECT_TRUE(ended_);
  EXPECT_EQ(queue_->take().size(), 1U);
}

}  // namespace
}  // namespace hearth::api
