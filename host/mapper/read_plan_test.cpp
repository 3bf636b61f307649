// SPDX-License-Identifier: Apache-2.0
#include "host/mapper/read_plan.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hearth::runtime {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;

device::ResolvedProperty property(const std::string& name, milliseconds cycle, bool report = true) {
  device::ResolvedProperty resolved;
  resolved.model.name = name;
  resolved.device.collect_cycle = cycle;
  resolved.device.report_to_cloud = report;
  return resolved;
}

const ReadPlan::Time kStart{seconds(1000)};

TEST(ReadPlan, ReadsEverythingFirstAndThenInItsCycles) {
  ReadPlan plan({property("a", milliseconds(100)), property("b", milliseconds(1000))}, seconds(60), kStart);
  EXPECT_THAT(plan.due(kStart), ElementsAre("a", "b"));
  plan.done({"a", "b"}, kStart);
  EXPECT_THAT(plan.due(kStart + milliseconds(50)), IsEmpty());
  EXPECT_EQ(*plan.next_due(), kStart + milliseconds(100));
  EXPECT_THAT(plan.due(kStart + milliseconds(100)), ElementsAre("a"));
}

TEST(ReadPlan, ReadsTogetherWhatIsDueWithinAMoment) {
  ReadPlan plan({property("a", milliseconds(100)), property("b", milliseconds(110))}, seconds(60), kStart);
  plan.done({"a", "b"}, kStart);
  EXPECT_THAT(plan.due(kStart + milliseconds(100)), ElementsAre("a", "b"));
}

TEST(ReadPlan, KeepsToACycleHoweverShort) {
  ReadPlan plan({property("a", milliseconds(5))}, seconds(60), kStart);
  plan.done({"a"}, kStart);
  EXPECT_THAT(plan.due(kStart + milliseconds(4)), IsEmpty());
  EXPECT_THAT(plan.due(kStart + milliseconds(5)), ElementsAre("a"));
}

TEST(ReadPlan, ReportsChangesAndRefreshesOnly) {
  ReadPlan plan({property("a", milliseconds(100))}, seconds(60), kStart);
  EXPECT_TRUE(plan.worth_reporting("a", "1", kStart));
  EXPECT_FALSE(plan.worth_reporting("a", "1", kStart + seconds(59)));
  EXPECT_TRUE(plan.worth_reporting("a", "2", kStart + seconds(59)));
  EXPECT_TRUE(plan.worth_reporting("a", "2", kStart + seconds(119)));
}

TEST(ReadPlan, KeepsBackWhatIsNotForTheCloud) {
  ReadPlan plan({property("a", milliseconds(100), false)}, seconds(60), kStart);
  EXPECT_FALSE(plan.worth_reporting("a", "1", kStart));
}

TEST(ReadPlan, BringsAReadForward) {
  ReadPlan plan({property("a", seconds(100))}, seconds(60), kStart);
  plan.done({"a"}, kStart);
  plan.soon("a", kStart + milliseconds(1));
  EXPECT_THAT(plan.due(kStart + milliseconds(1)), ElementsAre("a"));
}

TEST(ReadPlan, OfNoPropertiesIsNeverDue) {
  ReadPlan plan({}, seconds(60), kStart);
  EXPECT_FALSE(plan.next_due());
}

}  // namespace
}  // namespace hearth::runtime
