// SPDX-License-Identifier: Apache-2.0
#include "cloud/controller/node_registry.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cloud/controller/test_objects.hpp"

namespace hearth::controller {
namespace {

using testing::at_second;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::chrono::seconds kGrace{40};

TEST(NodeRegistry, CountsANodeAsGoneAfterTheGrace) {
  NodeRegistry nodes(kGrace);
  nodes.connected("edge-1", true, at_second(0));
  EXPECT_EQ(nodes.presence("edge-1"), Presence::here);
  EXPECT_EQ(nodes.next_expiry(), std::nullopt);
  nodes.disconnected("edge-1", at_second(10));
  EXPECT_EQ(nodes.presence("edge-1"), Presence::waiting);
  EXPECT_EQ(nodes.next_expiry(), at_second(50));
  EXPECT_THAT(nodes.expire(at_second(49)), IsEmpty());
  EXPECT_THAT(nodes.expire(at_second(50)), ElementsAre("edge-1"));
  EXPECT_THAT(nodes.expire(at_second(51)), IsEmpty());
  EXPECT_EQ(nodes.presence("edge-1"), Presence::gone);
  nodes.connected("edge-1", true, at_second(60));
  EXPECT_EQ(nodes.presence("edge-1"), Presence::here);
}

TEST(NodeRegistry, CountsANodeThatNeverCameFromWhenItWasFirstHeardOf) {
  NodeRegistry nodes(kGrace);
  nodes.track("edge-9", at_second(0));
  nodes.track("edge-9", at_second(30));
  nodes.track("", at_second(0));
  EXPECT_THAT(nodes.expire(at_second(40)), ElementsAre("edge-9"));
}

TEST(NodeRegistry, MakesNodeObjects) {
  NodeRegistry nodes(kGrace);
  nodes.connected("edge-1", true, at_second(0));
  const auto object = NodeRegistry::node_object("edge-1");
  EXPECT_EQ(object["metadata"]["labels"]["node-role.kubernetes.io/edge"], "");
  EXPECT_EQ(object["metadata"]["labels"]["kubernetes.io/hostname"], "edge-1");
  const auto here = nodes.status_patch("edge-1", at_second(20))["status"]["conditions"][0];
  EXPECT_EQ(here["status"], "True");
  EXPECT_EQ(here["reason"], "HearthHostReady");
  EXPECT_EQ(here["lastHeartbeatTime"], to_rfc3339(at_second(20)));
  EXPECT_EQ(here["lastTransitionTime"], to_rfc3339(at_second(0)));
  nodes.disconnected("edge-1", at_second(30));
  const auto gone = nodes.status_patch("edge-1", at_second(70))["status"]["conditions"][0];
  EXPECT_EQ(gone["status"], "Unknown");
  EXPECT_FALSE(gone.contains("lastHeartbeatTime")) << "the last one stays";
}

}  // namespace
}  // namespace hearth::controller
