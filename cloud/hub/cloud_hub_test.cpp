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
    callbacks.connected = [this](std::string node, bool hearth, std::string address) {
      log_.add("+" + node + (hearth ? " hearth" : "") + (address == "127.0.0.1" ? "" : " from " + address));
    };
    callbacks.disconnected = [this](std::string node) { log_.add("-" + node); };
    callbacks.messages = [this](std::string node, std::vector<wire::HubMessage> messages) {
      if (messages.size() > 1) log_.add(node + ": a frame of " + std::to_string(messages.size()));
      for (const auto& message : messages)
        log_.add(node + ": " + message.content.dump().substr(0, 40));
    };
    callbacks.duplicate = [this](std::string node, const std::string&) { log_.add("two of " + node); };
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
  EXPECT_EQ(open(edge, hearth_headers("edge-1")), 101u);
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

TEST_F(CloudHubTest, PutsTheEmptyLastFragmentOfAGoPeerToTheRest) {
  start();
  auto edge = node("edge-1");
  open(edge, stock_headers("edge-1"));
  edge.send_with_empty_end(wire::print(report("whole")));
  edge.send(report("next"));
  EXPECT_TRUE(log_.wait_for({"+edge-1", "edge-1: \"whole\"", "edge-1: \"next\""}));
}

TEST_F(CloudHubTest, TakesTheOneCipherSuiteThatStockNodesHaveInTls12) {
  start();
  auto edge = node("edge-1");
  edge.only_tls12("ECDHE-ECDSA-AES128-GCM-SHA256");
  EXPECT_EQ(open(edge, stock_headers("edge-1")), 101u);
}

TEST_F(CloudHubTest, HandsABatchOverAsOneAndInItsOrder) {
  start();
  auto edge = node("edge-1");
  open(edge, hearth_headers("edge-1"));
  std::string batch = "[";
  wire::append(batch, report("a"));
  batch += ",";
  wire::append(batch, wire::make_keepalive(1));
  batch += ",";
  wire::append(batch, report("b"));
  edge.send(batch + "]");
  EXPECT_TRUE(log_.wait_for({"+edge-1 hearth", "edge-1: a frame of 2", "edge-1: \"a\"", "edge-1: \"b\""}));
}

TEST_F(CloudHubTest, LosesNothingAndKeepsTheOrderWhateverIsBatched) {
  start();
  auto edge = node("edge-1");
  open(edge, hearth_headers("edge-1"));
  ASSERT_TRUE(log_.wait_for({"+edge-1 hearth"}));
  constexpr int kMessages = 2000;
  for (int i = 0; i < kMessages; ++i)
    hub_->send("edge-1", wire::make_message({"devicecontroller", "twin", "response", "twin"}, i, 1));
  int next = 0;
  int frames = 0;
  while (next < kMessages) {
    ++frames;
    for (const auto& message : edge.read_frame())
      ASSERT_EQ(message.content, next++);
  }
  EXPECT_LT(frames, kMessages);
}

TEST_F(CloudHubTest, KeepsAWindowInFlightToAHearthPeerAndOneToAStockOne) {
  start();
  auto hearth = node("edge-1");
  open(hearth, hearth_headers("edge-1"));
  auto stock = node("edge-2");
  open(stock, stock_headers("edge-2"));
  ASSERT_TRUE(log_.wait_for({"+edge-1 hearth", "+edge-2"}));
  std::vector<wire::HubMessage> sent;
  for (int i = 0; i < 3; ++i) {
    sent.push_back(device_message());
    hub_->send_acked("edge-1", sent.back(), {});
    hub_->send_acked("edge-2", sent.back(), {});
  }
  std::vector<std::string> ids;
  while (ids.size() < 3) {
    for (const auto& message : hearth.read_frame())
      ids.push_back(message.header.msg_id);
  }
  EXPECT_THAT(ids, ElementsAre(sent[0].header.msg_id, sent[1].header.msg_id, sent[2].header.msg_id));
  for (const auto& message : sent) {
    EXPECT_EQ(stock.read().header.msg_id, message.header.msg_id);
    stock.send(wire::make_response(message, "OK", 2));
  }
}

TEST_F(CloudHubTest, EndsAHearthPeersSessionAfterSilenceButAPingIsASignOfLife) {
  CloudHubOptions options;
  options.silence_limit = 200ms;
  start(options);
  auto edge = node("edge-1");
  open(edge, hearth_headers("edge-1"));
  const auto begin = std::chrono::steady_clock::now();
  while (std::chrono::steady_clock::now() - begin < 500ms) {
    edge.ping();
    std::this_thread::sleep_for(20ms);
  }
  EXPECT_THAT(log_.lines(), ElementsAre("+edge-1 hearth"));
  EXPECT_TRUE(log_.wait_for({"+edge-1 hearth", "-edge-1"}));
}

TEST_F(CloudHubTest, SaysToTheOlderSessionWhyItEnds) {
  start();
  auto old = node("edge-1");
  open(old, stock_headers("edge-1"));
  ASSERT_TRUE(log_.wait_for({"+edge-1"}));
  auto fresh = node("edge-1");
  open(fresh, stock_headers("edge-1"));
  EXPECT_TRUE(old.ends());
  EXPECT_EQ(old.last_words(), "another connection took over as this node");
}

TEST_F(CloudHubTest, LeavesTheNodeToTheFirstOfTwoHostsOfOneName) {
  start();
  std::vector<std::unique_ptr<TestNode>> hosts;
  const auto come = [&](const std::string& instance) {
    hosts.push_back(std::make_unique<TestNode>(running_, pki_, pki_.node("edge-1")));
    return hosts.back()->open(hub_->port(), hearth_headers("edge-1", instance));
  };
  for (const std::string instance : {"a", "b", "a"})
    EXPECT_EQ(come(instance).result_int(), 101u);
  const auto refused = come("b");
  EXPECT_EQ(refused.result_int(), 409u);
  EXPECT_GE(std::stoi(refused["Retry-After"]), 60);
  EXPECT_EQ(come("b").result_int(), 409u);
  const auto lines = log_.lines();
  EXPECT_EQ(std::count(lines.begin(), lines.end(), "two of edge-1"), 1);
  EXPECT_THAT(hub_->nodes(), ElementsAre("edge-1"));
}

TEST_F(CloudHubTest, ServesAFleetThroughANarrowGate) {
  CloudHubOptions options;
  options.max_handshakes = 1;
  start(options);
  constexpr int kFleet = 12;
  std::vector<std::unique_ptr<TestNode>> fleet;
  std::vector<std::future<websocket::response_type>> answers;
  for (int i = 0; i < kFleet; ++i) {
    const auto name = "edge-" + std::to_string(i);
    fleet.push_back(std::make_unique<TestNode>(running_, pki_, pki_.node(name)));
    answers.push_back(fleet.back()->open_meanwhile(hub_->port(), hearth_headers(name)));
  }
  for (auto& answer : answers) {
    ASSERT_EQ(answer.wait_for(kPatience), std::future_status::ready);
    EXPECT_EQ(answer.get().result_int(), 101u);
  }
  EXPECT_TRUE(counted("hearth_cloudhub_handshakes 0")) << metrics_.text();
}

TEST_F(CloudHubTest, GivesTheGateNoPlaceToAConnectionThatSaysNothing) {
  CloudHubOptions options;
  options.max_handshakes = 1;
  start(options);
  asio::io_context mute_io;
  std::vector<net::Tcp::socket> mute;
  for (int i = 0; i < 5; ++i) {
    mute.emplace_back(mute_io);
    mute.back().connect({asio::ip::address_v4::loopback(), hub_->port()});
  }
  auto edge = node("edge-1");
  EXPECT_EQ(open(edge, stock_headers("edge-1")), 101u);
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
