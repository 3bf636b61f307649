// SPDX-License-Identifier: Apache-2.0
#include "sdk/store/upkeep_plan.hpp"

#include <gtest/gtest.h>

namespace hearth::store {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t kMiB = 1024 * 1024;

class UpkeepPlanTest : public testing::Test {
 protected:
  UpkeepPlan plan(std::optional<std::chrono::seconds> newest_snapshot = std::nullopt) const {
    UpkeepRules rules;
    rules.snapshots.every = 24h;
    return {rules, newest_snapshot, now_};
  }
  UpkeepPlan::Time now_{1000h};
};

TEST_F(UpkeepPlanTest, HasNothingToDoBeforeTheFirstCommit) {
  EXPECT_EQ(plan().next(now_ + 1000h), Chore::none);
  EXPECT_FALSE(plan().due().has_value());
}

TEST_F(UpkeepPlanTest, TidiesUpOnceAfterTheLastCommitAndThenSleeps) {
  auto it = plan(0s);
  it.committed(5000, now_);
  it.committed(9000, now_ + 500ms);
  EXPECT_EQ(it.next(now_ + 1400ms), Chore::none);
  EXPECT_EQ(it.due(), now_ + 1500ms);
  EXPECT_EQ(it.next(now_ + 1500ms), Chore::tidy);
  it.tidied();
  it.measured(9000, 0, kMiB);
  EXPECT_EQ(it.next(now_ + 2s), Chore::none);
}

TEST_F(UpkeepPlanTest, CutsALogThatReachedItsBoundAtOnce) {
  auto it = plan(0s);
  it.committed(4 * kMiB, now_);
  EXPECT_EQ(it.next(now_), Chore::checkpoint);
  EXPECT_EQ(it.due(), UpkeepPlan::Time::min());
  it.measured(0, 0, kMiB);
  EXPECT_EQ(it.next(now_), Chore::none);
}

TEST_F(UpkeepPlanTest, DoesNotTryAtEachCommitWhileAReaderHoldsTheLog) {
  auto it = plan(0s);
  it.committed(4 * kMiB, now_);
  it.measured(4 * kMiB, 0, kMiB);
  it.committed(4 * kMiB + 5000, now_);
  EXPECT_EQ(it.next(now_), Chore::none);
  it.committed(5 * kMiB, now_);
  EXPECT_EQ(it.next(now_), Chore::checkpoint);
}

TEST_F(UpkeepPlanTest, GivesBackDeadSpaceOnlyWhereItIsWorthIt) {
  auto it = plan(0s);
  it.measured(0, 200 * 1024, 400 * 1024);
  EXPECT_EQ(it.next(now_), Chore::none);
  it.measured(0, kMiB, 10 * kMiB);
  EXPECT_EQ(it.next(now_), Chore::none);
  it.measured(0, 3 * kMiB, 10 * kMiB);
  EXPECT_EQ(it.next(now_), Chore::vacuum);
  it.vacuum_failed();
  EXPECT_EQ(it.next(now_), Chore::none);
}

TEST_F(UpkeepPlanTest, MakesTheFirstSnapshotSoonAfterTheFirstChange) {
  auto it = plan();
  it.committed(5000, now_ + 5h);
  it.tidied();
  EXPECT_EQ(it.due(), now_ + 5h + 60s);
  EXPECT_EQ(it.next(now_ + 5h + 60s), Chore::snapshot);
}

TEST_F(UpkeepPlanTest, MakesTheNextOneADayLaterAndOnlyIfSomethingChanged) {
  auto it = plan(20h);
  it.committed(5000, now_ + 1h);
  it.tidied();
  EXPECT_EQ(it.next(now_ + 3h), Chore::none);
  EXPECT_EQ(it.next(now_ + 4h), Chore::snapshot);
  it.snapshot_slice_done();
  EXPECT_EQ(it.next(now_ + 4h), Chore::snapshot);
  it.snapshot_ended(true, now_ + 4h);
  EXPECT_EQ(it.next(now_ + 1000h), Chore::none);
  it.committed(5000, now_ + 5h);
  it.tidied();
  EXPECT_EQ(it.due(), now_ + 28h);
}

TEST_F(UpkeepPlanTest, TriesAFailedSnapshotAgainInAnHour) {
  auto it = plan();
  it.committed(5000, now_);
  it.tidied();
  it.snapshot_slice_done();
  it.snapshot_ended(false, now_ + 60s);
  EXPECT_EQ(it.due(), now_ + 60s + 1h);
}

TEST_F(UpkeepPlanTest, TakesASnapshotOfTheFutureForOneOfNow) {
  auto it = plan(-1000h);
  it.committed(5000, now_);
  it.tidied();
  EXPECT_EQ(it.due(), now_ + 24h);
}

}  // namespace
}  // namespace hearth::store
