// SPDX-License-Identifier: Apache-2.0
#include "sdk/wire/topic.hpp"

#include <gtest/gtest.h>

namespace hearth::wire {
namespace {

TEST(Topic, OfADeviceIsReadBackFromItsText) {
  const DeviceId lamp{"home", "lamp"};
  for (const auto kind :
       {TopicKind::twin_update, TopicKind::twin_update_result, TopicKind::twin_update_delta,
        TopicKind::twin_update_document, TopicKind::twin_cloud_updated, TopicKind::twin_get,
        TopicKind::twin_get_result, TopicKind::state_update, TopicKind::state_update_result}) {
    const auto topic = parse_topic(device_topic(kind, lamp));
    EXPECT_EQ(topic.kind, kind);
    EXPECT_EQ(topic.device, lamp);
    EXPECT_EQ(topic.form, TopicForm::full);
  }
  EXPECT_EQ(device_topic(TopicKind::twin_update, lamp), "$hw/events/device/home/lamp/twin/update");
}

TEST(Topic, OfANodeIsReadBackFromItsText) {
  EXPECT_EQ(node_topic(TopicKind::membership_get_result, "edge-1"),
            "$hw/events/node/edge-1/membership/get/result");
  EXPECT_EQ(parse_topic("$hw/events/node/edge-1/membership/get").node, "edge-1");
}

TEST(Topic, OfNamespacesThatStandInThePrefixIsSplitBySegment) {
  EXPECT_EQ(parse_topic("$hw/events/device/dev/e/twin/update").device.str(), "dev/e");
  EXPECT_EQ(parse_topic("$hw/events/device/hw/twin/state/update").device.str(), "hw/twin");
}

TEST(Topic, OfKubeEdgeUpTo1161NamesADeviceOfNamespaceDefault) {
  for (const char* name : {"lamp", "twin", "state", "membership", "device", "update"}) {
    const DeviceId id{"default", name};
    for (const auto kind : {TopicKind::twin_update, TopicKind::twin_update_delta, TopicKind::twin_get_result,
                            TopicKind::state_update}) {
      const auto topic = parse_topic(device_topic(kind, id, TopicForm::name_alone));
      EXPECT_EQ(topic.kind, kind) << name;
      EXPECT_EQ(topic.device, id);
      EXPECT_EQ(topic.form, TopicForm::name_alone);
    }
  }
  EXPECT_EQ(device_topic(TopicKind::twin_update, {"default", "lamp"}, TopicForm::name_alone),
            "$hw/events/device/lamp/twin/update");
}

TEST(Topic, OfAnyNamespaceAndNameIsReadBack) {
  for (const char* ns : {"dev", "event", "events", "device", "volume", "hw", "e", "twin", "state", "node"}) {
    for (const char* name : {"membership", "twin", "state", "update", "get", "device", "e"}) {
      const DeviceId id{ns, name};
      const auto topic = parse_topic(device_topic(TopicKind::twin_update, id));
      EXPECT_EQ(topic.kind, TopicKind::twin_update) << id.str();
      EXPECT_EQ(topic.device, id);
      EXPECT_EQ(topic.form, TopicForm::full);
    }
  }
}

TEST(Topic, OfAnotherFormIsOther) {
  for (const char* text :
       {"", "$hw", "$hw/events/device/", "$hw/events/device//twin/update", "$hw/events/device/a/twin",
        "$hw/events/device/a/b/c/twin/update", "$hw/events/device/a/b/twin/update/x",
        "$hw/events/device/a/update/result", "$hw/events/device/A/b/twin/update",
        "$hw/events/node//membership/get", "home/lamp"}) {
    EXPECT_EQ(parse_topic(text).kind, TopicKind::other) << text;
  }
}

}  // namespace
}  // namespace hearth::wire
