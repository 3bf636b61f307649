// SPDX-License-Identifier: Apache-2.0
#include "host/twin/forward_time.hpp"

#include <gtest/gtest.h>

#include "host/twin/manual_world.hpp"

namespace hearth::twin::testing {
namespace {

using namespace std::chrono_literals;

constexpr std::int64_t kNow = 1'767'225'600'000;
constexpr std::int64_t kHour = 3'600'000;

class ForwardTimeTest : public ::testing::Test {
 protected:
  std::int64_t wall_ = kNow;
  ManualScheduler scheduler_;
  ForwardTime time_{[this] { return from_unix_ms(wall_); }, scheduler_};
};

TEST_F(ForwardTimeTest, IsTheWallClocksWhileThatGoesForward) {
  EXPECT_EQ(time_.now_ms(), kNow);
  wall_ += kHour;
  EXPECT_EQ(time_.now_ms(), kNow + kHour);
}

TEST_F(ForwardTimeTest, GoesOnFromWhatIsKnownToHavePassedWhenTheWallClockStartsIn1970) {
  wall_ = 0;
  time_.restore(kNow);
  EXPECT_EQ(time_.now_ms(), kNow);
  scheduler_.advance(5s);
  EXPECT_EQ(time_.now_ms(), kNow + 5000);
  wall_ = kNow + kHour;
  EXPECT_EQ(time_.now_ms(), kNow + kHour);
}

TEST_F(ForwardTimeTest, DoesNotFollowAWallClockThatIsSetBack) {
  EXPECT_EQ(time_.now_ms(), kNow);
  wall_ -= kHour;
  scheduler_.advance(5s);
  EXPECT_EQ(time_.now_ms(), kNow + 5000);
}

TEST_F(ForwardTimeTest, DoesSoWhenTheCloudAgrees) {
  wall_ += 1000 * kHour;
  EXPECT_EQ(time_.now_ms(), kNow + 1000 * kHour);
  wall_ = kNow;
  time_.agree(kNow + 7000 * kHour);
  EXPECT_EQ(time_.now_ms(), kNow + 1000 * kHour);
  time_.agree(kNow + 2000);
  EXPECT_EQ(time_.now_ms(), kNow);
}

TEST_F(ForwardTimeTest, MessagesWithoutATimeAgreeWithNobody) {
  time_.restore(kNow);
  wall_ = 0;
  time_.agree(0);
  EXPECT_EQ(time_.now_ms(), kNow);
}

}  // namespace
}  // namespace hearth::twin::testing
