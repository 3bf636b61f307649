// SPDX-License-Identifier: Apache-2.0
#include "sdk/wire/resource.hpp"

#include <gtest/gtest.h>

#include "sdk/wire/condition.hpp"

namespace hearth::wire {
namespace {

const DeviceId kLamp{"home", "lamp"};

TEST(Resource, OfEachKindIsReadBackFromItsText) {
  const std::pair<std::string, ResourceKind> texts[] = {
      {device_resource(kLamp), ResourceKind::device},
      {device_model_resource(kLamp), ResourceKind::device_model},
      {twin_edge_updated_resource(kLamp), ResourceKind::twin_edge_updated},
      {state_update_resource(kLamp), ResourceKind::state_update},
      {conditions_update_resource(kLamp), ResourceKind::conditions_update}};
  for (const auto& [text, kind] : texts) {
    EXPECT_EQ(parse_resource(text).kind, kind) << text;
    EXPECT_EQ(parse_resource(text).id, kLamp) << text;
    EXPECT_EQ(parse_resource("node/edge-1/" + text).kind, kind) << text;
  }
}

TEST(Resource, OfAnObjectMayBeInANamespaceThatIsAWordOfTheWire) {
  for (const char* ns : {"node", "membership", "device", "devicemodel", "twin"}) {
    const auto device = parse_resource(std::string(ns) + "/device/lamp");
    EXPECT_EQ(device.kind, ResourceKind::device) << ns;
    EXPECT_EQ(device.id, (DeviceId{ns, "lamp"}));
    EXPECT_EQ(parse_resource(std::string(ns) + "/devicemodel/lamp").kind, ResourceKind::device_model) << ns;
  }
}

TEST(Resource, OfMembershipHasNoDevice) {
  EXPECT_EQ(parse_resource("membership").kind, ResourceKind::membership);
  EXPECT_EQ(parse_resource("membership/detail").kind, ResourceKind::membership_detail);
  EXPECT_EQ(parse_resource("membership/detail/result").kind, ResourceKind::membership_detail);
  EXPECT_EQ(parse_resource("twin").kind, ResourceKind::twin);
}

TEST(Resource, OfOldEdgesHasIdsOfOneSegment) {
  const auto resource = parse_resource("device/lamp/twin/edge_updated");
  EXPECT_EQ(resource.kind, ResourceKind::twin_edge_updated);
  EXPECT_EQ(resource.id.str(), "default/lamp");
}

TEST(Resource, OfNamespacesThatLookLikeKeywordsIsSplitBySegment) {
  EXPECT_EQ(parse_resource("device/device/twin/twin/edge_updated").id.str(), "device/twin");
  EXPECT_EQ(parse_resource("device/volume/membership/state/update").id.str(), "volume/membership");
  EXPECT_EQ(parse_resource("device/device/lamp").kind, ResourceKind::device);
}

TEST(Resource, OfAnotherFormIsOther) {
  for (const char* text :
       {"", "/", "node", "node/edge-1", "a/b", "a/pod/b", "device/a/b/twin", "device//lamp/twin/edge_updated",
        "Home/device/lamp", "home/device/", "membership/other"}) {
    EXPECT_EQ(parse_resource(text).kind, ResourceKind::other) << text;
  }
}

}  // namespace
}  // namespace hearth::wire
