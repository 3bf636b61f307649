// SPDX-License-Identifier: Apache-2.0
#include "cloud/controller/event_recorder.hpp"

#include <gtest/gtest.h>

#include "cloud/controller/test_objects.hpp"

namespace hearth::controller {
namespace {

using testing::at_second;
using testing::device_object;
using wire::ConditionStatus;

const wire::Condition kMissing{
    "ModelReady", ConditionStatus::no, "ModelMissing", "DeviceModel x does not exist", {}};

TEST(EventRecorder, WritesWhatKubectlDescribeShows) {
  EventRecorder events;
  events.transition(*read_device(device_object()), kMissing, at_second(0));
  const auto write = events.next();
  ASSERT_TRUE(write);
  EXPECT_FALSE(write->exists);
  EXPECT_EQ(write->ns, "default");
  EXPECT_EQ(write->object["involvedObject"]["uid"], "uid-lamp");
  EXPECT_EQ(write->object["involvedObject"]["kind"], "Device");
  EXPECT_EQ(write->object["reason"], "ModelMissing");
  EXPECT_EQ(write->object["type"], "Warning");
  EXPECT_EQ(write->object["message"], "ModelReady: DeviceModel x does not exist");
  EXPECT_EQ(write->object["source"]["component"], "device-controller");
  EXPECT_FALSE(events.next());
}

TEST(EventRecorder, WarnsOfAFaultAndNotOfItsEnd) {
  EventRecorder events;
  const auto device = *read_device(device_object());
  events.transition(device,
                    {"DesiredExpired", ConditionStatus::no, "InTime", "no desired value has expired", {}},
                    at_second(0));
  events.transition(device, {"DesiredExpired", ConditionStatus::yes, "Expired", "power expired", {}},
                    at_second(1));
  EXPECT_EQ(events.next().value().object["type"], "Normal");
  EXPECT_EQ(events.next().value().object["type"], "Warning");
}

TEST(EventRecorder, CountsTheSameUp) {
  EventRecorder events;
  const auto device = *read_device(device_object());
  events.transition(device, kMissing, at_second(0));
  const auto first = *events.next();
  events.written(first.name, true);
  events.transition(device, kMissing, at_second(10));
  events.transition(device, kMissing, at_second(20));
  const auto second = events.next();
  ASSERT_TRUE(second);
  EXPECT_TRUE(second->exists);
  EXPECT_EQ(second->name, first.name);
  EXPECT_EQ(second->object["count"], 3);
  EXPECT_EQ(second->object["lastTimestamp"], to_rfc3339(at_second(20)));
  EXPECT_FALSE(events.next());
}

TEST(EventRecorder, TellsOfANodeWhereKubectlDescribeLooksForIt) {
  EventRecorder events;
  events.of_node("edge-1", "DuplicateNode", "two hosts have this name", at_second(0));
  const auto first = *events.next();
  EXPECT_EQ(first.ns, "default");
  EXPECT_EQ(first.object["involvedObject"]["kind"], "Node");
  EXPECT_EQ(first.object["involvedObject"]["uid"], "edge-1");
  EXPECT_EQ(first.object["type"], "Warning");
  events.written(first.name, true);
  events.of_node("edge-1", "DuplicateNode", "another address now", at_second(60));
  const auto second = *events.next();
  EXPECT_TRUE(second.exists);
  EXPECT_EQ(second.object["count"], 2);
}

TEST(EventRecorder, PassesOverWaiting) {
  EventRecorder events;
  events.transition(*read_device(device_object()), {"Synced", ConditionStatus::no, "Pending", "", {}},
                    at_second(0));
  EXPECT_FALSE(events.next());
}

TEST(EventRecorder, BoundsWhatWaits) {
  EventRecorder events;
  const auto device = *read_device(device_object());
  for (std::size_t i = 0; i < EventRecorder::kMaxWaiting + 50; ++i) {
    auto condition = kMissing;
    condition.message = std::to_string(i);
    events.transition(device, condition, at_second(0));
  }
  EXPECT_GT(events.given_up(), 0U);
  std::size_t writes = 0;
  while (events.next())
    ++writes;
  EXPECT_LE(writes, EventRecorder::kMaxWaiting);
}

TEST(EventRecorder, KeepsWhatCouldNotBeWrittenForNow) {
  EventRecorder events([] { return std::string("0123456789-abcdef-0123"); });
  events.transition(*read_device(device_object()), kMissing, at_second(0));
  const auto first = *events.next();
  EXPECT_EQ(first.name, "lamp.0123456789abcdef");
  events.again(first.name);
  events.again(first.name);
  EXPECT_EQ(events.next()->name, first.name);
  EXPECT_FALSE(events.next());
  EXPECT_NO_THROW(events.again("unknown"));
}

}  // namespace
}  // namespace hearth::controller
