// SPDX-License-Identifier: Apache-2.0
#include "cloud/controller/node_registry.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cloud/controller/test_objects.hpp"

namespace hearth::controller {
namespace {

using nlohmann::json;
using testing::at_second;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::steady_at;

class NodeRegistryTest : public ::testing::Test {
 protected:
  ControllerOptions options() {
    ControllerOptions options;
    options.steady = [this] { return steady_at(second_); };
    return options;
  }
  std::vector<std::string> gone_at(int second) {
    second_ = second;
    return nodes_.expire(steady_at(second)).gone;
  }
  /// The Ready condition of the next write.
  json next_ready() {
    const auto write = nodes_.next_write();
    if (!write) return {};
    nodes_.written(write->node, NodeRegistry::Outcome::written);
    return write->status["status"]["conditions"][0];
  }

  int second_ = 0;
  NodeRegistry nodes_{[this] { return at_second(second_); }, options()};
};

TEST_F(NodeRegistryTest, CountsANodeAsGoneAfterTheGrace) {
  EXPECT_TRUE(nodes_.connected("edge-1", true));
  EXPECT_EQ(nodes_.presence("edge-1"), Presence::here);
  second_ = 10;
  nodes_.disconnected("edge-1");
  EXPECT_EQ(nodes_.presence("edge-1"), Presence::waiting);
  EXPECT_EQ(nodes_.next_due(), steady_at(50));
  EXPECT_THAT(gone_at(49), IsEmpty());
  EXPECT_THAT(gone_at(50), ElementsAre("edge-1"));
  EXPECT_THAT(gone_at(51), IsEmpty());
  EXPECT_EQ(nodes_.presence("edge-1"), Presence::gone);
  EXPECT_TRUE(nodes_.connected("edge-1", true));
  EXPECT_EQ(nodes_.presence("edge-1"), Presence::here);
}

TEST_F(NodeRegistryTest, ShowsWhereTheLinkComesFromAndRenewsTheLeaseWhileItIsUp) {
  nodes_.connected("edge-1", true, "192.0.2.7");
  const auto first = nodes_.next_write().value();
  const auto& addresses = first.status["status"]["addresses"];
  EXPECT_EQ(addresses[0], json({{"type", "InternalIP"}, {"address", "192.0.2.7"}}));
  EXPECT_EQ(addresses[1], json({{"type", "Hostname"}, {"address", "edge-1"}}));
  ASSERT_TRUE(first.lease);
  EXPECT_EQ((*first.lease)["spec"]["leaseDurationSeconds"], 40);
  EXPECT_EQ((*first.lease)["spec"]["renewTime"], to_rfc3339_micro(at_second(0)));
  nodes_.written("edge-1", NodeRegistry::Outcome::written);
  nodes_.disconnected("edge-1");
  gone_at(40);
  EXPECT_FALSE(nodes_.next_write().value().lease);
}

TEST_F(NodeRegistryTest, ShowsNoAddressThatIsNone) {
  nodes_.connected("edge-1", true, "an unknown address");
  const auto write = nodes_.next_write().value();
  ASSERT_EQ(write.status["status"]["addresses"].size(), 1U);
  EXPECT_EQ(write.status["status"]["addresses"][0]["type"], "Hostname");
}

TEST_F(NodeRegistryTest, PassesOverAShortBreak) {
  nodes_.connected("edge-1", true);
  const auto since = next_ready()["lastTransitionTime"];
  second_ = 10;
  nodes_.disconnected("edge-1");
  second_ = 20;
  EXPECT_FALSE(nodes_.connected("edge-1", true));
  EXPECT_EQ(next_ready()["lastTransitionTime"], since) << "the Node was Ready all the time";
}

TEST_F(NodeRegistryTest, CountsANodeThatNeverCameFromWhenItWasFirstHeardOf) {
  nodes_.track("edge-9");
  second_ = 30;
  nodes_.track("edge-9");
  nodes_.track("");
  EXPECT_THAT(gone_at(40), ElementsAre("edge-9"));
  EXPECT_FALSE(nodes_.next_write()) << "no Node is made for a name alone";
}

TEST_F(NodeRegistryTest, MakesNodeObjectsAndThenTellsOnlyTheHeartbeat) {
  nodes_.connected("edge-1", true);
  const auto first = nodes_.next_write();
  ASSERT_TRUE(first && first->create);
  EXPECT_EQ((*first->create)["metadata"]["labels"]["node-role.kubernetes.io/edge"], "");
  EXPECT_EQ((*first->create)["metadata"]["labels"]["kubernetes.io/hostname"], "edge-1");
  EXPECT_TRUE(first->status["status"].contains("nodeInfo"));
  nodes_.written("edge-1", NodeRegistry::Outcome::written);
  second_ = 20;
  EXPECT_THAT(nodes_.expire(steady_at(20)).beats, ElementsAre("edge-1"));
  const auto beat = nodes_.next_write();
  ASSERT_TRUE(beat);
  EXPECT_FALSE(beat->create);
  EXPECT_EQ(beat->status["status"].size(), 1U);
  const json here = beat->status["status"]["conditions"][0];
  EXPECT_EQ(here["status"], "True");
  EXPECT_EQ(here["reason"], "HearthHostReady");
  EXPECT_EQ(here["lastHeartbeatTime"], to_rfc3339(at_second(20)));
  EXPECT_EQ(here["lastTransitionTime"], to_rfc3339(at_second(0)));
}

TEST_F(NodeRegistryTest, SaysThatANodeIsSilentAndKeepsItsLastHeartbeat) {
  nodes_.connected("edge-1", true);
  next_ready();
  nodes_.disconnected("edge-1");
  gone_at(40);
  const json gone = next_ready();
  EXPECT_EQ(gone["status"], "Unknown");
  EXPECT_FALSE(gone.contains("lastHeartbeatTime"));
}

TEST_F(NodeRegistryTest, SaysThatANodeOfAnEarlierLifeIsSilent) {
  nodes_.found("edge-1");
  EXPECT_THAT(gone_at(40), ElementsAre("edge-1"));
  EXPECT_EQ(next_ready()["status"], "Unknown");
}

TEST_F(NodeRegistryTest, HasOneWriteUnderWayPerNode) {
  nodes_.connected("edge-1", true);
  ASSERT_TRUE(nodes_.next_write());
  nodes_.disconnected("edge-1");
  nodes_.connected("edge-1", false);
  EXPECT_FALSE(nodes_.next_write());
  nodes_.written("edge-1", NodeRegistry::Outcome::written);
  EXPECT_EQ(next_ready()["reason"], "EdgeCoreConnected");
  EXPECT_FALSE(nodes_.next_write());
}

TEST_F(NodeRegistryTest, TriesAgainWhenTheApiWasAwayAndWaitsWhenItRefused) {
  nodes_.connected("edge-1", true);
  nodes_.next_write();
  nodes_.written("edge-1", NodeRegistry::Outcome::away);
  ASSERT_TRUE(nodes_.next_write());
  nodes_.written("edge-1", NodeRegistry::Outcome::refused);
  EXPECT_FALSE(nodes_.next_write());
  nodes_.expire(steady_at(20));
  const auto again = nodes_.next_write();
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->create) << "it may have been deleted";
}

TEST_F(NodeRegistryTest, SpreadsTheHeartbeatsOfManyNodesAndBoundsTheirRate) {
  for (int i = 0; i < 2'000; ++i)
    nodes_.connected("edge-" + std::to_string(i), true);
  std::size_t most = 0;
  std::size_t all = 0;
  for (int second = 40; second < 140; ++second) {
    second_ = second;
    const auto beats = nodes_.expire(steady_at(second)).beats.size();
    if (second >= 80) most = std::max(most, beats);
    if (second >= 80) all += beats;
  }
  EXPECT_LT(most, 200U);
  EXPECT_NEAR(static_cast<double>(all) / 60, 100, 10);
}

TEST_F(NodeRegistryTest, WritesNothingForANameThatIsNone) {
  nodes_.connected("Not A Name", true);
  EXPECT_FALSE(nodes_.next_write());
}

}  // namespace
}  // namespace hearth::controller
