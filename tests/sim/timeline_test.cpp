// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/timeline.hpp"

#include <gtest/gtest.h>

namespace hearth::sim {
namespace {

using std::chrono::seconds;

void run(Timeline& timeline, Duration time) {
  const auto until = timeline.now() + time;
  while (timeline.step(until)) {
  }
}

TEST(Timeline, DoesThingsInTheOrderOfTheirTimes) {
  Timeline timeline(1);
  std::string order;
  timeline.after(seconds(2), [&] { order += 'c'; });
  timeline.after(seconds(1), [&] { order += 'a'; });
  timeline.after(seconds(1), [&] { order += 'b'; });
  run(timeline, seconds(1));
  EXPECT_EQ(order, "ab");
  EXPECT_EQ(timeline.now(), Time(seconds(1)));
  run(timeline, seconds(10));
  EXPECT_EQ(order, "abc");
  EXPECT_EQ(timeline.now(), Time(seconds(11)));
}

TEST(ProcessScheduler, KeepsTheOrderOfPostsAndMixesProcessesBySeed) {
  std::set<std::string> orders;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    Timeline timeline(seed);
    ProcessScheduler one(timeline);
    ProcessScheduler two(timeline);
    std::string order;
    for (const char c : {'1', '2', '3'})
      one.post([&order, c] { order += c; });
    for (const char c : {'a', 'b', 'c'})
      two.post([&order, c] { order += c; });
    EXPECT_EQ(order, "") << "a post must not run at once";
    run(timeline, seconds(1));
    std::string digits = order;
    std::erase_if(digits, [](char c) { return c > '9'; });
    EXPECT_EQ(digits, "123");
    orders.insert(order);
  }
  EXPECT_GT(orders.size(), 3U);
}

TEST(ProcessScheduler, EndsWithEverythingItHadPlanned) {
  Timeline timeline(1);
  auto process = std::make_unique<ProcessScheduler>(timeline);
  bool ran = false;
  process->post([&ran] { ran = true; });
  process->after(seconds(1), [&ran] { ran = true; });
  process.reset();
  run(timeline, seconds(5));
  EXPECT_FALSE(ran);
}

TEST(ProcessScheduler, AlarmsRingOnceAtTheLastTimeSetOrNever) {
  Timeline timeline(1);
  ProcessScheduler process(timeline);
  const auto alarm = process.make_alarm();
  auto cancelled = process.make_alarm();
  auto ended = process.make_alarm();
  std::string rang;
  alarm->set(process.now() + seconds(1), [&rang] { rang += "early "; });
  alarm->set(process.now() + seconds(2), [&rang] { rang += "late "; });
  cancelled->set(process.now() + seconds(1), [&rang] { rang += "cancelled "; });
  cancelled->cancel();
  ended->set(process.now() + seconds(1), [&rang] { rang += "ended "; });
  ended.reset();
  run(timeline, Duration(1'900'000));
  EXPECT_EQ(rang, "");
  run(timeline, seconds(5));
  EXPECT_EQ(rang, "late ");
}

}  // namespace
}  // namespace hearth::sim
