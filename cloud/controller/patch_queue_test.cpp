// SPDX-License-Identifier: Apache-2.0
#include "cloud/controller/patch_queue.hpp"

#include <gtest/gtest.h>

#include "cloud/controller/test_objects.hpp"

namespace hearth::controller {
namespace {

using testing::steady_at;

const DeviceId kLamp{"default", "lamp"};
const DeviceId kFan{"default", "fan"};

StatusChange power(const std::string& value) {
  StatusChange change;
  change.twins["power"] = {wire::TwinValue{value, 1}, std::nullopt, "string"};
  return change;
}

Receipt receipt(const std::string& msg_id) {
  return {"edge-1", msg_id, "event", "power"};
}

TEST(PatchQueue, HasOneWriteUnderWayPerDevice) {
  PatchQueue queue;
  queue.add(kLamp, "uid", power("ON"), receipt("1"));
  queue.add(kFan, "uid-f", power("ON"), receipt("3"));
  EXPECT_EQ(queue.next(steady_at(0))->device, kLamp);
  queue.add(kLamp, "uid", power("OFF"), receipt("2"));
  EXPECT_EQ(queue.next(steady_at(0))->device, kFan);
  EXPECT_FALSE(queue.next(steady_at(0)));
  queue.done(kLamp);
  const auto work = queue.next(steady_at(0));
  ASSERT_TRUE(work);
  EXPECT_EQ(work->device, kLamp);
  ASSERT_EQ(work->receipts.size(), 1U);
  EXPECT_EQ(work->receipts[0].msg_id, "2");
}

TEST(PatchQueue, MergesToTheNewestAndKeepsEveryReceipt) {
  PatchQueue queue;
  queue.add(kLamp, "uid", power("ON"), receipt("1"));
  queue.next(steady_at(0));
  for (int i = 0; i < 100; ++i)
    queue.add(kLamp, "uid", power(std::to_string(i)), receipt(std::to_string(i)));
  queue.done(kLamp);
  const auto work = queue.next(steady_at(0));
  EXPECT_EQ(work->change.twins.at("power").reported->value, "99");
  EXPECT_EQ(work->receipts.size(), 100U);
  queue.done(kLamp);
  EXPECT_FALSE(queue.next(steady_at(0)));
  EXPECT_EQ(queue.size(), 0U);
}

TEST(PatchQueue, TriesARefusedWriteAgainAfterAGrowingPauseWithTheNewestValues) {
  PatchQueue queue;
  queue.add(kLamp, "uid", power("ON"), receipt("1"));
  queue.failed(*queue.next(steady_at(0)), steady_at(0), true);
  queue.add(kLamp, "uid", power("OFF"), receipt("2"));
  EXPECT_FALSE(queue.next(steady_at(0)));
  EXPECT_EQ(queue.next_due(), steady_at(0) + PatchQueue::kMinPause);
  auto work = queue.next(steady_at(1));
  ASSERT_TRUE(work);
  EXPECT_EQ(work->change.twins.at("power").reported->value, "OFF");
  EXPECT_EQ(work->receipts.size(), 2U);
  queue.failed(*work, steady_at(1), true);
  EXPECT_EQ(queue.next_due(), steady_at(1) + 2 * PatchQueue::kMinPause);
  for (int i = 0; i < 20; ++i) {
    work = queue.next(steady_at(100 * i + 100));
    ASSERT_TRUE(work);
    queue.failed(*work, steady_at(100 * i + 100), true);
  }
  EXPECT_EQ(queue.next_due(), steady_at(2000) + PatchQueue::kMaxPause);
}

TEST(PatchQueue, StartsAnewForADeviceMadeAgain) {
  PatchQueue queue;
  queue.add(kLamp, "old", power("ON"), receipt("1"));
  queue.touch(kLamp, "new");
  const auto work = queue.next(steady_at(0));
  EXPECT_EQ(work->uid, "new");
  EXPECT_TRUE(work->change.twins.empty());
  EXPECT_EQ(work->receipts.size(), 1U) << "still to be answered";
}

TEST(PatchQueue, GivesBackWhatIsOwedForADeviceThatIsGone) {
  PatchQueue queue;
  queue.add(kLamp, "uid", power("ON"), receipt("1"));
  EXPECT_EQ(queue.remove(kLamp).size(), 1U);
  EXPECT_FALSE(queue.next(steady_at(0)));
  queue.add(kLamp, "uid", power("ON"), receipt("2"));
  const auto work = queue.next(steady_at(0));
  EXPECT_TRUE(queue.remove(kLamp).empty()) << "the receipt is with the write under way";
  queue.done(kLamp);
  EXPECT_EQ(queue.size(), 0U);
  EXPECT_TRUE(queue.remove(kFan).empty());
}

TEST(PatchQueue, BoundsTheReceiptsOfOneDevice) {
  PatchQueue queue;
  for (std::size_t i = 0; i < PatchQueue::kMaxReceipts + 50; ++i)
    queue.add(kLamp, "uid", {}, receipt("x"));
  EXPECT_EQ(queue.next(steady_at(0))->receipts.size(), PatchQueue::kMaxReceipts);
}

TEST(PatchQueue, TriesAgainAtOnceWhatWasNotRefused) {
  PatchQueue queue;
  queue.add(kLamp, "uid", power("ON"), receipt("1"));
  queue.failed(*queue.next(steady_at(0)), steady_at(0), false);
  EXPECT_EQ(queue.next_due(), std::nullopt);
  ASSERT_TRUE(queue.next(steady_at(0)));
}

TEST(PatchQueue, TakesWhatWasReportedBeforeUpkeep) {
  PatchQueue queue;
  queue.touch(kFan, "uid-f");
  queue.touch(kLamp, "uid");
  queue.add(kLamp, "uid", power("ON"), receipt("1"));
  const auto first = queue.next(steady_at(0), false);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->device, kLamp);
  EXPECT_TRUE(first->change.judge) << "both in one write";
  EXPECT_FALSE(queue.next(steady_at(0), false));
  const auto second = queue.next(steady_at(0));
  ASSERT_TRUE(second);
  EXPECT_EQ(second->device, kFan);
  queue.done(kLamp);
  queue.done(kFan);
  EXPECT_EQ(queue.size(), 0U);
}

TEST(PatchQueue, KeepsAChangeThatHasTimeUntilItIsDueOrAnotherComes) {
  PatchQueue queue;
  queue.touch(kLamp, "uid");
  queue.next(steady_at(0));
  for (int i = 0; i < 3; ++i)
    queue.later(kLamp, "uid", power("late"), steady_at(60));
  queue.done(kLamp);
  EXPECT_FALSE(queue.next(steady_at(59)));
  EXPECT_EQ(queue.next_due(), steady_at(60));
  queue.add(kLamp, "uid", power("newer"), receipt("1"));
  EXPECT_EQ(queue.next(steady_at(59))->change.twins.at("power").reported->value, "newer");
  queue.done(kLamp);
  EXPECT_FALSE(queue.next(steady_at(60)));
  queue.touch(kLamp, "uid");
  queue.next(steady_at(60));
  queue.later(kLamp, "uid", power("late"), steady_at(120));
  queue.done(kLamp);
  const auto work = queue.next(steady_at(120));
  ASSERT_TRUE(work);
  EXPECT_EQ(work->change.twins.at("power").reported->value, "late");
  EXPECT_EQ(queue.next_due(), std::nullopt);
}

}  // namespace
}  // namespace hearth::controller
