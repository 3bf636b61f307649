// SPDX-License-Identifier: Apache-2.0
#include "host/hub/reconnect_policy.hpp"

#include <gtest/gtest.h>

namespace hearth::edgehub {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr milliseconds kNeverUp{0};
constexpr double kLow = 0;
constexpr double kHigh = 0.999999;

ReconnectPolicy policy() {
  return {milliseconds(500), seconds(30)};
}

TEST(ReconnectPolicy, JittersFromTheFirstRetryOn) {
  auto low = policy();
  auto high = policy();
  const auto shortest = low.after_failure(kNeverUp, kLow);
  const auto longest = high.after_failure(kNeverUp, kHigh);
  EXPECT_EQ(shortest, milliseconds(500));
  EXPECT_GT(longest, shortest);
}

TEST(ReconnectPolicy, NeverLeavesItsBounds) {
  auto low = policy();
  auto high = policy();
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(low.after_failure(kNeverUp, kLow), milliseconds(500));
    EXPECT_LE(high.after_failure(kNeverUp, kHigh), seconds(30));
  }
  EXPECT_GT(high.after_failure(kNeverUp, kHigh), seconds(29));
}

TEST(ReconnectPolicy, IsShortAgainAfterALinkThatStayedUp) {
  auto dialling = policy();
  for (int i = 0; i < 20; ++i)
    dialling.after_failure(kNeverUp, kHigh);
  EXPECT_LE(dialling.after_failure(seconds(30), kHigh), seconds(1));
}

TEST(ReconnectPolicy, KeepsGrowingForLinksThatBreakAtOnce) {
  auto dialling = policy();
  for (int i = 0; i < 20; ++i)
    dialling.after_failure(seconds(1), kHigh);
  EXPECT_GT(dialling.after_failure(seconds(29), kHigh), seconds(29));
}

TEST(ReconnectPolicy, WaitsLongWhenOnlyAPersonCanHelp) {
  EXPECT_EQ(policy().after_refusal(kLow), seconds(15));
  EXPECT_LE(policy().after_refusal(kHigh), seconds(30));
}

}  // namespace
}  // namespace hearth::edgehub
