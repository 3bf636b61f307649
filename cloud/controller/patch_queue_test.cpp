// SPDX-License-Identifier: Apache-2.0
#include "cloud/controller/patch_queue.hpp"

#include <gtest/gtest.h>

#include "cloud/controller/test_objects.hpp"

namespace hearth::controller {
namespace {

using testing::at_second;

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
  queue.add(kFan, "uid-f", power("ON"));
  EXPECT_EQ(queue.next(at_second(0))->device, kLamp);
  queue.add(kLamp, "uid", power("OFF"), receipt("2"));
  EXPECT_EQ(queue.next(at_second(0))->device, kFan);
  EXPECT_FALSE(queue.next(at_second(0)));
  queue.done(kLamp);
  const auto work = queue.next(at_second(0));
  ASSERT_TRUE(work);
  EXPECT_EQ(work->device, kLamp);
  ASSERT_EQ(work->receipts.size(), 1U);
  EXPECT_EQ(work->receipts[0].msg_id, "2");
}

TEST(PatchQueue, MergesToTheNewestAndKeepsEveryReceipt) {
  PatchQueue queue;
  queue.add(kLamp, "uid", power("ON"), receipt("1"));
  queue.next(at_second(0));
  for (int i = 0; i < 100; ++i)
    queue.add(kLamp, "uid", power(std::to_string(i)), receipt(std::to_string(i)));
  queue.done(kLamp);
  const auto work = queue.next(at_second(0));
  EXPECT_EQ(work->change.twins.at("power").reported->value, "99");
  EXPECT_EQ(work->receipts.size(), 100U);
  queue.done(kLamp);
  EXPECT_FALSE(queue.next(at_second(0)));
  EXPECT_EQ(queue.waiting(), 0U);
}

TEST(PatchQueue, TriesAFailedWriteAgainAfterAGrowingPauseWithTheNewestValues) {
  PatchQueue queue;
  queue.add(kLamp, "uid", power("ON"), receipt("1"));
  queue.failed(*queue.next(at_second(0)), at_second(0));
  queue.add(kLamp, "uid", power("OFF"), receipt("2"));
  EXPECT_FALSE(queue.next(at_second(0)));
  EXPECT_EQ(queue.next_due(), at_second(0) + PatchQueue::kMinPause);
  auto work = queue.next(at_second(1));
  ASSERT_TRUE(work);
  EXPECT_EQ(work->change.twins.at("power").reported->value, "OFF");
  EXPECT_EQ(work->receipts.size(), 2U);
  queue.failed(*work, at_second(1));
  EXPECT_EQ(queue.next_due(), at_second(1) + 2 * PatchQueue::kMinPause);
  for (int i = 0; i < 20; ++i) {
    work = queue.next(at_second(100 * i + 100));
    ASSERT_TRUE(work);
    queue.failed(*work, at_second(100 * i + 100));
  }
  EXPECT_EQ(queue.next_due(), at_second(2000) + PatchQueue::kMaxPause);
}

TEST(PatchQueue, StartsAnewForADeviceMadeAgain) {
  PatchQueue queue;
  queue.add(kLamp, "old", power("ON"), receipt("1"));
  queue.add(kLamp, "new", {});
  const auto work = queue.next(at_second(0));
  EXPECT_EQ(work->uid, "new");
  EXPECT_TRUE(work->change.twins.empty());
  EXPECT_EQ(work->receipts.size(), 1U) << "still to be confirmed";
}

TEST(PatchQueue, GivesBackWhatIsOwedForADeviceThatIsGone) {
  PatchQueue queue;
  queue.add(kLamp, "uid", power("ON"), receipt("1"));
  EXPECT_EQ(queue.remove(kLamp).size(), 1U);
  EXPECT_FALSE(queue.next(at_second(0)));
  queue.add(kLamp, "uid", power("ON"), receipt("2"));
  const auto work = queue.next(at_second(0));
  EXPECT_TRUE(queue.remove(kLamp).empty()) << "the receipt is with the write under way";
  queue.done(kLamp);
  EXPECT_EQ(queue.waiting(), 0U);
  EXPECT_TRUE(queue.remove(kFan).empty());
}

TEST(PatchQueue, BoundsTheReceiptsOfOneDevice) {
  PatchQueue queue;
  for (std::size_t i = 0; i < PatchQueue::kMaxReceipts + 50; ++i)
    queue.add(kLamp, "uid", {}, receipt("x"));
  EXPECT_EQ(queue.next(at_second(0))->receipts.size(), PatchQueue::kMaxReceipts);
}

}  // namespace
}  // namespace hearth::controller
