// SPDX-License-Identifier: Apache-2.0
#include "host/hub/reconnect_policy.hpp"

#include <gtest/gtest.h>

namespace hearth::edgehub {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr double kHigh = 0.999999;

/// Dials without end: each wait passes before the next attempt, which fails at once.
struct ReconnectPolicyTest : testing::Test {
  milliseconds fail(double random, Ending ending = {}) {
    ending.now = now;
    const auto wait = policy.wait(ending, random);
    now += wait;
    return wait;
  }
  milliseconds fail_after(milliseconds link, double random) {
    now += link;
    return fail(random);
  }
  milliseconds fail_after_service(double random) { return fail(random, {.served = true}); }
  void fail_for(seconds outage) {
    const auto end = now + outage;
    while (now < end)
      fail(kHigh);
  }
  ReconnectPolicy policy{seconds(1), seconds(60)};
  std::chrono::steady_clock::time_point now{std::chrono::hours(1)};
};

TEST_F(ReconnectPolicyTest, JittersFullyFromTheFirstRetryOn) {
  auto same = policy;
  EXPECT_EQ(same.wait({.now = now}, 0), milliseconds(0));
  same = policy;
  EXPECT_EQ(same.wait({.now = now}, 0.5), milliseconds(500));
  EXPECT_LE(fail(kHigh), seconds(1));
}

TEST_F(ReconnectPolicyTest, FindsACloudThatRestartsWithinASecond) {
  const auto end = now + seconds(10);
  while (now < end)
    EXPECT_LE(fail(kHigh), seconds(1));
}

TEST_F(ReconnectPolicyTest, WaitsAFourthOfALongerOutageAtMost) {
  fail_for(seconds(30));
  EXPECT_LE(fail(kHigh), milliseconds(6500));
  fail_for(minutes(1));
  const auto wait = fail(kHigh);
  EXPECT_GT(wait, seconds(15));
  EXPECT_LE(wait, seconds(30));
}

TEST_F(ReconnectPolicyTest, GrowsToTheMaximumAndNoFurther) {
  milliseconds longest{0};
  for (int i = 0; i < 60; ++i)
    longest = std::max(longest, fail(kHigh));
  EXPECT_GT(longest, seconds(59));
  EXPECT_LE(longest, seconds(60));
  EXPECT_EQ(fail(0), milliseconds(0)) << "full jitter";
}

TEST_F(ReconnectPolicyTest, IsShortAgainAfterALinkThatServed) {
  fail_for(minutes(5));
  EXPECT_GT(fail(kHigh), seconds(30));
  EXPECT_LE(fail_after_service(kHigh), seconds(1));
}

TEST_F(ReconnectPolicyTest, StaysShortForALinkThatFlapsWithoutEnd) {
  for (int i = 0; i < 1000; ++i) {
    fail_for(seconds(2));
    EXPECT_LE(fail_after_service(kHigh), seconds(1)) << i;
  }
}

TEST_F(ReconnectPolicyTest, GrowsForACloudThatAcceptsAndClosesAtOnce) {
  for (int i = 0; i < 60; ++i)
    fail_after(milliseconds(100), kHigh);
  EXPECT_GT(fail_after(milliseconds(100), kHigh), seconds(30));
}

TEST_F(ReconnectPolicyTest, HonoursWhatTheServerAskedFor) {
  EXPECT_EQ(fail(0, {.retry_after = seconds(40)}), seconds(40));
  EXPECT_LE(fail(kHigh, {.retry_after = seconds(40)}), seconds(50));
  EXPECT_LE(fail(kHigh, {.retry_after = std::chrono::hours(1000)}), minutes(13)) << "but not for ever";
}

TEST_F(ReconnectPolicyTest, WaitsLongWhenOnlyAPersonCanHelpAndShortForTheClock) {
  EXPECT_EQ(fail(0, {.cause = Ending::Cause::refusal}), seconds(15));
  EXPECT_LE(fail(kHigh, {.cause = Ending::Cause::refusal}), seconds(30));
  fail_for(minutes(10));
  EXPECT_LE(fail(kHigh, {.cause = Ending::Cause::clock}), seconds(5));
}

}  // namespace
}  // namespace hearth::edgehub
