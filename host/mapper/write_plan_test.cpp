// SPDX-License-Identifier: Apache-2.0
#include "host/mapper/write_plan.hpp"

#include <gtest/gtest.h>

namespace hearth::runtime {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class WritePlanTest : public testing::Test {
 protected:
  WritePlan plan_{milliseconds(1000), milliseconds(60'000)};
  WritePlan::Time now_{seconds(1000)};
};

TEST_F(WritePlanTest, WritesTheNewestValueAtOnce) {
  plan_.want("power", "ON", now_);
  plan_.want("power", "OFF", now_);
  ASSERT_EQ(plan_.due(now_).size(), 1u);
  EXPECT_EQ(plan_.due(now_)[0].value, "OFF");
}

TEST_F(WritePlanTest, IsEmptyOnceTheValueWasSeen) {
  plan_.want("power", "ON", now_);
  plan_.seen("power", "ON");
  EXPECT_TRUE(plan_.due(now_).empty());
  EXPECT_FALSE(plan_.next_due());
}

TEST_F(WritePlanTest, TriesAFailedWriteAgainLater) {
  plan_.want("power", "ON", now_);
  plan_.failed("power", now_);
  EXPECT_TRUE(plan_.due(now_).empty());
  EXPECT_GE(*plan_.next_due(), now_ + milliseconds(1000));
  EXPECT_EQ(plan_.due(now_ + milliseconds(2000)).size(), 1u);
}

TEST_F(WritePlanTest, DoesNotTakeARepeatedDeltaForANewWish) {
  plan_.want("power", "ON", now_);
  plan_.failed("power", now_);
  plan_.want("power", "ON", now_);
  EXPECT_TRUE(plan_.due(now_).empty()) << "the delta comes again with every update; the backoff stands";
}

TEST_F(WritePlanTest, SlowsDownWhenTheApplianceRefuses) {
  plan_.want("power", "ON", now_);
  plan_.written("power", now_);
  plan_.want("power", "ON", now_ + milliseconds(5));
  EXPECT_TRUE(plan_.due(now_ + milliseconds(900)).empty());
  EXPECT_EQ(plan_.due(now_ + seconds(3)).size(), 1u);
}

TEST_F(WritePlanTest, EnforcesAtOnceWhenSomebodySwitchedTheAppliance) {
  plan_.want("power", "ON", now_);
  plan_.written("power", now_);
  const auto later = now_ + seconds(30);
  plan_.want("power", "ON", later);
  EXPECT_EQ(plan_.due(later).size(), 1u);
}

TEST_F(WritePlanTest, DoesNotWriteWhatTheApplianceAlreadyShows) {
  plan_.seen("power", "ON");
  plan_.want("power", "ON", now_);
  EXPECT_FALSE(plan_.next_due()) << "the twin may not have been told, as of a property that is not reported";
  plan_.want("power", "OFF", now_);
  EXPECT_EQ(plan_.due(now_).size(), 1u);
}

TEST_F(WritePlanTest, TrustsNoReadingFromBeforeAWriteOrAReopening) {
  plan_.seen("power", "OFF");
  plan_.want("power", "ON", now_);
  plan_.written("power", now_);
  plan_.want("power", "OFF", now_);
  EXPECT_EQ(plan_.due(now_).size(), 1u);
  plan_.seen("power", "OFF");
  plan_.reopened();
  plan_.want("power", "OFF", now_);
  EXPECT_EQ(plan_.due(now_).size(), 1u);
}

TEST_F(WritePlanTest, WritesAWithdrawnValueOnlyWhenItIsWantedAgain) {
  plan_.want("power", "ON", now_);
  plan_.failed("power", now_);
  plan_.withdraw("power");
  EXPECT_FALSE(plan_.next_due());
  plan_.want("power", "ON", now_);
  EXPECT_EQ(plan_.due(now_).size(), 1u);
}

TEST_F(WritePlanTest, TakesADroppedValueAgainOnlyWhenItChanges) {
  plan_.want("power", "PURPLE", now_);
  plan_.drop("power");
  plan_.want("power", "PURPLE", now_);
  EXPECT_TRUE(plan_.due(now_).empty());
  plan_.want("power", "ON", now_);
  EXPECT_EQ(plan_.due(now_).size(), 1u);
}

}  // namespace
}  // namespace hearth::runtime
