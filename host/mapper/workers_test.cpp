// SPDX-License-Identifier: Apache-2.0
#include "host/mapper/workers.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <boost/asio/post.hpp>
#include <chrono>
#include <latch>
#include <memory>
#include <mutex>
#include <set>
#include <thread>

namespace hearth::runtime {
namespace {

TEST(Workers, EachBusUpToTheLimitHasAThreadAtHand) {
  constexpr int kBuses = 5;
  Workers workers(kBuses);
  for (int i = 0; i < kBuses; ++i)
    workers.grow();
  std::latch together(kBuses);  // comes free only if all calls run at once
  for (int i = 0; i < kBuses; ++i)
    boost::asio::post(workers.executor(), [&] { together.arrive_and_wait(); });
  together.wait();
  EXPECT_TRUE(workers.join_within(std::chrono::seconds(30)));
}

TEST(Workers, MoreBusesThanTheLimitShareTheThreads) {
  Workers workers(3);
  for (int i = 0; i < 50; ++i)
    workers.grow();
  std::mutex mutex;
  std::set<std::thread::id> threads;
  int done = 0;
  for (int i = 0; i < 100; ++i) {
    boost::asio::post(workers.executor(), [&] {
      const std::lock_guard lock(mutex);
      threads.insert(std::this_thread::get_id());
      ++done;
    });
  }
  workers.join();
  EXPECT_EQ(done, 100);
  EXPECT_LE(threads.size(), 3u);
}

TEST(Workers, SayThatTheyWereJoinedInTime) {
  Workers workers(2);
  std::atomic<bool> done = false;
  boost::asio::post(workers.executor(), [&] { done = true; });
  EXPECT_TRUE(workers.join_within(std::chrono::seconds(30)));
  EXPECT_TRUE(done);
}

TEST(Workers, EndWithoutBeingJoinedWithWhatHasBegunAndDropTheRest) {
  std::atomic<int> begun = 0;
  std::atomic<int> done = 0;
  std::atomic<bool> ending = false;
  const auto held = std::make_shared<int>();
  {
    Workers workers(4);
    for (int i = 0; i < 4; ++i)
      workers.grow();
    for (int i = 0; i < 100; ++i) {
      boost::asio::post(workers.executor(), [&, held] {
        ++begun;
        while (!ending)
          std::this_thread::yield();
        ++done;
      });
    }
    while (begun < 4)
      std::this_thread::yield();
    ending = true;
  }
  EXPECT_GE(begun, 4);
  EXPECT_EQ(done, begun);
  EXPECT_EQ(held.use_count(), 1) << "a call that never began is still kept";
}

}  // namespace
}  // namespace hearth::runtime
