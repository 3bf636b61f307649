// SPDX-License-Identifier: Apache-2.0
#include "sdk/net/liveness.hpp"

#include <gtest/gtest.h>

namespace hearth::net {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

struct LivenessTest : testing::Test {
  BootClock::time_point at(std::chrono::seconds time) const { return BootClock::time_point(time); }
  Liveness link{seconds(15), at(seconds(0))};
};

TEST_F(LivenessTest, EndsAfterTheLimitOfSilence) {
  for (int second = 5; second < 15; second += 5)
    EXPECT_FALSE(link.gone(at(seconds(second))));
  EXPECT_TRUE(link.gone(at(seconds(15))));
  EXPECT_FALSE(link.slept());
}

TEST_F(LivenessTest, GoesOnWhileThePeerIsHeard) {
  for (int second = 5; second < 200; second += 5) {
    link.heard(at(seconds(second)));
    EXPECT_FALSE(link.gone(at(seconds(second + 4))));
  }
  EXPECT_EQ(link.deadline(), at(seconds(195 + 15)));
}

TEST_F(LivenessTest, IsGoneOnResumeWhicheverEventComesFirst) {
  Liveness input_first = link;
  input_first.heard(at(minutes(10)));
  EXPECT_TRUE(input_first.gone(at(minutes(10))));
  EXPECT_TRUE(input_first.slept());
  EXPECT_TRUE(link.gone(at(minutes(10))));
  EXPECT_TRUE(link.slept());
}

TEST_F(LivenessTest, ForgivesATimerThatIsALittleLate) {
  link.heard(at(seconds(10)));
  link.heard(at(seconds(27)));
  EXPECT_FALSE(link.gone(at(seconds(28))));
}

TEST_F(LivenessTest, BootClockGoesForward) {
  const auto before = BootClock::now();
  EXPECT_GE(BootClock::now(), before);
}

}  // namespace
}  // namespace hearth::net
