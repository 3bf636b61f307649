// SPDX-License-Identifier: Apache-2.0
#include "cloud/hub/cloud_hub.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cloud/hub/test_cloud.hpp"

namespace hearth::cloudhub {
namespace {

using testing::ElementsAre;
using Lines = std::vector<std::string>;

wire::HubMessage report(const std::string& content) {
  return wire::make_message({"twin", "resource", "update", "device/default/lamp/twin/edge_updated"}, content,
                            1);
}

wire::HubMessage device_message() {
  return wire::make_message({"devicecontroller", "resource", "insert", "default/device/lamp"},
                            {{"kind", "Device"}}, 1);
}

class CloudHubTest : public testing::Test {
 protected:
  void start(CloudHubOptions options = {}) {
    options.listen = "127.0.0.1:0";
    Callbacks callbacks;
    callbacks.connected = [this](std::string node, bool hearth) {
      log_.add("+" + node + (hearth ? " hearth" : ""));
    };
    callbacks.disconnected = [this](std::string node) { log_.add("-" + node); };
    callbacks.message = [this](std::string node, wire::HubMessage message) {
      log_.add(node + ": " + message.content.dump().substr(0, 40));
    };
    hub_ = std::make_unique<CloudHub>(running_.executor(), options,
                                      pki_.server(net::ClientCertificate::required), callbacks, metrics_);
    hub_->start().value();
  }
  void TearDown() override {
    if (hub_) hub_->stop();
  }

  TestNode node(const std::string& name) { return TestNode(running_, pki_, pki_.node(name)); }
  unsigned open(TestNode& node, const Fields& fields) { return node.open(hub_->port(), fields).result_int(); }
  bool counted(const std::string& line) const { return metrics_.text().find(line) != std::string::npos; }

  Pki pki_;
  Metrics metrics_;
  Log log_;
  Running running_;
  std::unique_ptr<CloudHub> hub_;
};

TEST_F(CloudHubTest, TakesAStockNodeAndHandsOnItsMessages) {
  start();
  auto edge = node("edge-1");
  const auto answer = edge.open(hub_->port(), stock_headers("edge-1"));
  EXPECT_EQ(answer.result_int(), 101u);
  EXPECT_EQ(answer["Hearth-Protocol"], "1");
  edge.send(wire::make_keepalive(1));
  edge.send(report("on"));
  EXPECT_TRUE(log_.wait_for({"+edge-1", "edge-1: \"on\""}));
  EXPECT_THAT(hub_->nodes(), ElementsAre("edge-1"));
}

TEST_F(CloudHubTest, KnowsAHearthPeerByItsHeader) {
  start();
  auto edge = node("edge-1");
  auto headers = stock_headers("edge-1");
  headers.emplace_back("Hearth-Protocol", "1");
  EXPECT_EQ(open(edge, headers), 101u);
  EXPECT_TRUE(log_.wait_for({"+edge-1 hearth"}));
}

TEST_F(CloudHubTest, RefusesAnUpgradeWithoutANodeOrForAnotherNode) {
  start();
  auto nameless = node("edge-1");
  EXPECT_EQ(open(nameless, {{"ConnectionUse", "msg"}}), 400u);
  auto bad_name = node("edge-1");
  EXPECT_EQ(open(bad_name, stock_headers("../edge-1")), 400u);
  auto other = node("edge-1");
  EXPECT_EQ(open(other, stock_headers("edge-2")), 403u);
  EXPECT_TRUE(hub_->nodes().empty());
  EXPECT_TRUE(log_.lines().empty());
}

TEST_F(CloudHubTest, TakesTheCommonSubjectOfKubeEdge115) {
  start();
  TestNode edge(running_, pki_, pki_.leaf({"kubeedge.io", {"kubeEdge"}}, net::Usage::client));
  EXPECT_EQ(open(edge, stock_headers("edge-1")), 101u);
}

TEST_F(CloudHubTest, RefusesACertificateOfAnotherCaOrForAnotherUse) {
  start();
  const auto servers = pki_.leaf({"system:node:edge-1", {"system:nodes"}}, net::Usage::server);
  for (const auto& identity : {Pki().node("edge-1"), servers}) {
    TestNode stranger(running_, pki_, identity);
    unsigned status = 0;
    try {
      status = open(stranger, stock_headers("edge-1"));
    } catch (const std::exception&) {
      status = 0;
    }
    EXPECT_NE(status, 101u);
  }
}

TEST_F(CloudHubTest, RefusesMoreNodesThanItMayServe) {
  CloudHubOptions options;
  options.max_nodes = 1;
  start(options);
  auto first = node("edge-1");
  EXPECT_EQ(open(first, stock_headers("edge-1")), 101u);
  EXPECT_TRUE(log_.wait_for({"+edge-1"}));
  auto second = node("edge-2");
  EXPECT_EQ(open(second, stock_headers("edge-2")), 503u);
}

TEST_F(CloudHubTest, ClosesASessionWithoutKeepalivesWhateverElseIsSent) {
  CloudHubOptions options;
  options.idle_limit = 100ms;
  start(options);
  auto edge = node("edge-1");
  open(edge, stock_headers("edge-1"));
  edge.send(report("x"));
  EXPECT_TRUE(edge.ends());
  EXPECT_TRUE(log_.wait_for({"+edge-1", "edge-1: \"x\"", "-edge-1"}));
}

TEST_F(CloudHubTest, LetsANewerConnectionTakeOver) {
  start();
  auto old = node("edge-1");
  open(old, stock_headers("edge-1"));
  ASSERT_TRUE(log_.wait_for({"+edge-1"}));
  auto fresh = node("edge-1");
  open(fresh, stock_headers("edge-1"));
  EXPECT_TRUE(old.ends());
  fresh.send(report("new"));
  EXPECT_TRUE(log_.wait_for({"+edge-1", "-edge-1", "+edge-1", "edge-1: \"new\""}));
  EXPECT_THAT(hub_->nodes(), ElementsAre("edge-1"));
}

TEST_F(CloudHubTest, SendsAgainUntilTheNodeAcksAndIgnoresOtherAcks) {
  CloudHubOptions options;
  options.ack_timeout = 30ms;
  options.ack_sends = 1000;
  start(options);
  auto edge = node("edge-1");
  open(edge, stock_headers("edge-1"));
  ASSERT_TRUE(log_.wait_for({"+edge-1"}));
  std::promise<bool> acked;
  const auto message = device_message();
  hub_->send_acked("edge-1", message, [&acked](bool ok) { acked.set_value(ok); });
  EXPECT_EQ(edge.read().header.msg_id, message.header.msg_id);
  edge.send(wire::make_response(report("unknown"), "OK", 2));
  EXPECT_EQ(edge.read().header.msg_id, message.header.msg_id);
  edge.send(wire::make_response(message, "OK", 2));
  auto done = acked.get_future();
  ASSERT_EQ(done.wait_for(kPatience), std::future_status::ready);
  EXPECT_TRUE(done.get());
}

TEST_F(CloudHubTest, GivesUpAfterSoManySends) {
  CloudHubOptions options;
  options.ack_timeout = 5ms;
  options.ack_sends = 3;
  start(options);
  auto edge = node("edge-1");
  open(edge, stock_headers("edge-1"));
  ASSERT_TRUE(log_.wait_for({"+edge-1"}));
  std::promise<bool> acked;
  hub_->send_acked("edge-1", device_message(), [&acked](bool ok) { acked.set_value(ok); });
  for (int i = 0; i < 3; ++i)
    edge.read();
  auto done = acked.get_future();
  ASSERT_EQ(done.wait_for(kPatience), std::future_status::ready);
  EXPECT_FALSE(done.get());
}

TEST_F(CloudHubTest, SaysThatANodeThatIsAwayDidNotAck) {
  start();
  std::promise<bool> acked;
  hub_->send_acked("nobody", device_message(), [&acked](bool ok) { acked.set_value(ok); });
  auto done = acked.get_future();
  ASSERT_EQ(done.wait_for(kPatience), std::future_status::ready);
  EXPECT_FALSE(done.get());
}

TEST_F(CloudHubTest, CountsGarbageAndGoesOn) {
  start();
  auto edge = node("edge-1");
  open(edge, stock_headers("edge-1"));
  edge.send("no JSON");
  edge.send("[1,2]");
  edge.send(std::string(100'000, '['));
  edge.send(R"({"header":{"msg_id":"","timestamp":0},"route":{},"content":null})");
  edge.send(report("still here"));
  EXPECT_TRUE(log_.wait_for({"+edge-1", "edge-1: \"still here\""}));
  EXPECT_TRUE(counted("hearth_cloudhub_malformed_total 3")) << metrics_.text();
}

TEST_F(CloudHubTest, PutsFragmentsTogether) {
  start();
  auto edge = node("edge-1");
  open(edge, stock_headers("edge-1"));
  edge.in_fragments_of(4096);
  edge.send(report(std::string(50'000, 'x')));
  EXPECT_TRUE(log_.wait_for({"+edge-1", "edge-1: \"" + std::string(39, 'x')}));
}

TEST_F(CloudHubTest, DropsANodeThatDoesNotTakeItsMessages) {
  CloudHubOptions options;
  options.max_queue_bytes = 10'000;
  start(options);
  auto edge = node("edge-1");
  open(edge, stock_headers("edge-1"));
  ASSERT_TRUE(log_.wait_for({"+edge-1"}));
  hub_->send("edge-1", report(std::string(20'000, 'x')));
  EXPECT_TRUE(log_.wait_for({"+edge-1", "-edge-1"}));
}

}  // namespace
}  // namespace hearth::cloudhub
