// SPDX-License-Identifier: Apache-2.0
#include "host/hub/renewal_plan.hpp"

#include <gtest/gtest.h>

namespace hearth::edgehub {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

constexpr WallTime kBegin{hours(24 * 365 * 50)};
constexpr hours kLife{1000};

TEST(RenewalPlan, IsDueAtARandomPointBetween70And90Percent) {
  const RenewalPlan early(kBegin, kBegin + kLife, 0);
  EXPECT_FALSE(early.due(kBegin + hours(699)));
  EXPECT_TRUE(early.due(kBegin + hours(700)));
  const RenewalPlan late(kBegin, kBegin + kLife, 0.999);
  EXPECT_FALSE(late.due(kBegin + hours(899)));
  EXPECT_TRUE(late.due(kBegin + hours(900)));
}

TEST(RenewalPlan, LooksAtTheClockEachHourAsItMayBeSet) {
  const RenewalPlan plan(kBegin, kBegin + kLife, 0);
  EXPECT_EQ(plan.wait(kBegin), hours(1));
  EXPECT_EQ(plan.wait(kBegin + hours(700) - seconds(5)), seconds(5));
  EXPECT_EQ(plan.wait(WallTime{}), hours(1)) << "a clock in 1970 renews nothing";
  EXPECT_FALSE(plan.due(WallTime{}));
}

TEST(RenewalPlan, TriesAgainEverMoreRarelyButAtLeastHourly) {
  RenewalPlan plan(kBegin, kBegin + kLife, 0);
  auto now = kBegin + hours(700);
  plan.failed(now, 0);
  EXPECT_FALSE(plan.due(now));
  EXPECT_EQ(plan.wait(now), seconds(15));
  for (int i = 0; i < 20; ++i) {
    now += plan.wait(now);
    EXPECT_TRUE(plan.due(now));
    plan.failed(now, 0.999);
    EXPECT_LE(plan.wait(now), hours(1));
  }
  EXPECT_GT(plan.wait(now), seconds(3500));
}

}  // namespace
}  // namespace hearth::edgehub
