// SPDX-License-Identifier: Apache-2.0
#include "host/eventbus/takeover_watch.hpp"

#include <gtest/gtest.h>

namespace hearth::eventbus {
namespace {

using std::chrono::seconds;

struct TakeoverWatchTest : testing::Test {
  /// Closed, and back at the first attempt.
  bool kick() {
    const bool suspected = watch.closed_by_broker(now);
    now += seconds(1);
    watch.connected(now);
    return suspected;
  }

  TakeoverWatch watch;
  TakeoverWatch::Time now{seconds(1000)};
};

TEST_F(TakeoverWatchTest, SuspectsTheFourthKickWithinAMinute) {
  EXPECT_FALSE(kick());
  EXPECT_FALSE(kick());
  EXPECT_FALSE(kick());
  EXPECT_TRUE(kick());
}

TEST_F(TakeoverWatchTest, KicksFarApartAreNone) {
  for (int i = 0; i < 20; ++i) {
    EXPECT_FALSE(kick());
    now += seconds(30);
  }
}

TEST_F(TakeoverWatchTest, ABrokerThatIsAwayInBetweenHasRestarted) {
  for (int i = 0; i < 20; ++i) {
    EXPECT_FALSE(watch.closed_by_broker(now));
    watch.attempt_failed();
    now += seconds(1);
    watch.connected(now);
  }
}

TEST_F(TakeoverWatchTest, TheFirstConnectionIsNoKick) {
  watch.connected(now);
  EXPECT_FALSE(kick());
  EXPECT_FALSE(kick());
  EXPECT_FALSE(kick());
  EXPECT_TRUE(kick());
}

}  // namespace
}  // namespace hearth::eventbus
