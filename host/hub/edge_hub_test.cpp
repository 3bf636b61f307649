// SPDX-License-Identifier: Apache-2.0
// The whole client against a small cloud: enrolment, link, frames, losing the link and finding it again.
#include "host/hub/edge_hub.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "host/hub/credentials.hpp"
#include "host/hub/test_cloud.hpp"
#include "tests/support/loop.hpp"
#include "tests/support/temp_folder.hpp"

namespace hearth::edgehub {
namespace {

using testing::HasSubstr;

wire::HubMessage a_message(const std::string& content) {
  return wire::make_message({"twin", "resource", "update", "device/default/lamp/twin/edge_updated"}, content,
                            1);
}

struct EdgeHubTest : testing::Test {
  EdgeHubOptions options(const std::string& hub_url) const {
    EdgeHubOptions made;
    made.hub_url = hub_url;
    made.cert_url = signing.url();
    made.token = authority.token();
    made.node_name = "edge-1";
    made.data_dir = folder.path();
    made.min_reconnect = std::chrono::milliseconds(20);
    made.max_reconnect = std::chrono::milliseconds(100);
    return made;
  }
  void start(EdgeHubOptions made) {
    hub = std::make_unique<EdgeHub>(io, std::move(made), metrics);
    hub->on_message([this](wire::HubMessage message) { received.push_back(std::move(message)); });
    hub->on_link([this](const LinkState& state) { links.push_back(state); });
    hub->on_room([this] { ++rooms; });
    hub->start();
  }
  bool until(const std::function<bool()>& condition) { return test::run_until(io, condition); }
  bool until_problem(const std::string& part) {
    return until([&] { return hub->link().problem.find(part) != std::string::npos; });
  }
  bool stop() {
    bool done = false;
    boost::asio::co_spawn(io, hub->stop(), [&](std::exception_ptr) { done = true; });
    return until([&] { return done; });
  }
  void TearDown() override {
    if (hub) {
      EXPECT_TRUE(stop());
    }
  }

  test::TempFolder folder;
  boost::asio::io_context io;
  Metrics metrics;
  test::Authority authority;
  test::SigningServer signing{io, authority};
  std::unique_ptr<EdgeHub> hub;
  std::vector<wire::HubMessage> received;
  std::vector<LinkState> links;
  int rooms = 0;
};

TEST_F(EdgeHubTest, JoinsWithATokenAndShowsItsHeaders) {
  test::HubServer cloud(io, authority);
  start(options(cloud.url()));
  ASSERT_TRUE(until([&] { return hub->link().up && !cloud.frames().empty(); })) << hub->link().problem;
  EXPECT_TRUE(hub->link().hearth_peer);
  const auto& upgrade = cloud.upgrade();
  EXPECT_EQ(upgrade.target(), "/" + std::string(wire::kDefaultProjectId) + "/edge-1/events");
  EXPECT_EQ(upgrade["node_id"], "edge-1");
  EXPECT_EQ(upgrade["project_id"], wire::kDefaultProjectId);
  EXPECT_EQ(upgrade["ConnectionUse"], "msg");
  EXPECT_EQ(upgrade["Hearth-Protocol"], "1");
  EXPECT_FALSE(upgrade.count("Sec-WebSocket-Extensions"));
}

TEST_F(EdgeHubTest, AsksForItsCertificateAsKubeEdgeDoes) {
  test::HubServer cloud(io, authority);
  start(options(cloud.url()));
  ASSERT_TRUE(until([&] { return hub->link().up; })) << hub->link().problem;
  ASSERT_EQ(signing.requests.size(), 2u);
  const auto& request = signing.requests[1];
  EXPECT_EQ(request.method + " " + request.target, "GET /edge.crt");
  EXPECT_EQ(request.headers.get("Authorization"), "Bearer head.body.good");
  EXPECT_EQ(request.headers.get("NodeName"), "edge-1");
  EXPECT_EQ(request.headers.get("ExtKeyUsages"), "[2]");
  EXPECT_EQ(net::csr_subject(request.body).value(), node_subject("edge-1"));
}

TEST_F(EdgeHubTest, ReusesItsCertificateWithoutAToken) {
  test::HubServer cloud(io, authority);
  const Credentials saved{authority.ca.certificate_pem, authority.node("edge-1")};
  ASSERT_TRUE(save_credentials(folder.path() / "certs", saved));
  auto without = options(cloud.url());
  without.token.clear();
  start(without);
  ASSERT_TRUE(until([&] { return hub->link().up; })) << hub->link().problem;
  EXPECT_TRUE(signing.requests.empty());
}

TEST_F(EdgeHubTest, JoinsAnewWithTheTokenOfAnotherCloud) {
  test::HubServer cloud(io, authority);
  const test::Authority old;
  ASSERT_TRUE(save_credentials(folder.path() / "certs", {old.ca.certificate_pem, old.node("edge-1")}));
  start(options(cloud.url()));
  EXPECT_TRUE(until([&] { return hub->link().up; })) << hub->link().problem;
}

TEST_F(EdgeHubTest, SaysWhatIsMissingWithoutTokenAndCertificate) {
  auto without = options("wss://127.0.0.1:1");
  without.token.clear();
  start(without);
  EXPECT_TRUE(until_problem("there is no certificate yet")) << hub->link().problem;
  EXPECT_THAT(hub->link().problem, HasSubstr("hearth-cloud token"));
}

TEST_F(EdgeHubTest, RefusesACloudWhoseCaIsNotTheTokens) {
  auto other = options("wss://127.0.0.1:1");
  other.token = test::Authority().token();
  start(other);
  EXPECT_TRUE(until_problem("is not the one the join token was made for")) << hub->link().problem;
  EXPECT_EQ(signing.requests.size(), 1u) << "the token must not go to a cloud that is not the token's";
}

TEST_F(EdgeHubTest, PassesTheCloudsRefusalOfATokenOn) {
  auto bad = options("wss://127.0.0.1:1");
  bad.token = authority.hash() + ".head.body.expired";
  start(bad);
  EXPECT_TRUE(until_problem("401: Invalid token")) << hub->link().problem;
}

TEST_F(EdgeHubTest, WaitsAsLongAsACloudThatIsTooBusyAsks) {
  signing.busy = true;
  start(options("wss://127.0.0.1:1"));
  ASSERT_TRUE(until_problem("503: too much to do")) << hub->link().problem;
  const auto asked = signing.requests.size();
  const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(300);
  until([&] { return std::chrono::steady_clock::now() > end; });
  EXPECT_EQ(signing.requests.size(), asked);
}

TEST_F(EdgeHubTest, TellsAnAddressThatIsNone) {
  start(options("http://127.0.0.1:10000"));
  EXPECT_TRUE(until_problem("wss://host:port")) << hub->link().problem;
}

TEST_F(EdgeHubTest, TellsACertificateForAnotherHost) {
  test::HubServer cloud(io, authority, 0, true, {"cloud.example"});
  start(options(cloud.url()));
  EXPECT_TRUE(until_problem("its certificate is for cloud.example, not for 127.0.0.1"))
      << hub->link().problem;
}

TEST_F(EdgeHubTest, SendsKeepalivesFirstAtOnceAndThenRegularly) {
  test::HubServer cloud(io, authority);
  auto quick = options(cloud.url());
  quick.keepalive = std::chrono::milliseconds(20);
  start(quick);
  ASSERT_TRUE(until([&] { return cloud.frames().size() >= 3; }));
  for (const auto& frame : cloud.frames()) {
    const auto message = wire::parse_hub_message(frame).value();
    EXPECT_EQ(message.route.source, "websocket");
    EXPECT_EQ(message.route.group, "resource");
    EXPECT_EQ(message.route.operation, "keepalive");
    EXPECT_EQ(message.route.resource, "node");
    EXPECT_EQ(message.content, "ping");
    EXPECT_FALSE(message.header.msg_id.empty());
  }
}

TEST_F(EdgeHubTest, SendsMessagesOnlyWhileTheLinkIsUp) {
  test::HubServer cloud(io, authority);
  start(options(cloud.url()));
  EXPECT_FALSE(hub->send(a_message("early")));
  ASSERT_TRUE(until([&] { return hub->link().up; }));
  const auto message = a_message("hello");
  EXPECT_TRUE(hub->send(message));
  ASSERT_TRUE(until([&] { return cloud.frames().size() >= 2; }));
  EXPECT_EQ(cloud.frames()[1], wire::print(message));
  cloud.drop();
  ASSERT_TRUE(until([&] { return !hub->link().up; }));
  EXPECT_FALSE(hub->send(a_message("late")));
}

TEST_F(EdgeHubTest, RefusesWhatIsAboveTheQueuesBound) {
  test::HubServer cloud(io, authority);
  start(options(cloud.url()));
  ASSERT_TRUE(until([&] { return hub->link().up; }));
  EXPECT_TRUE(hub->send(a_message(std::string(3 << 20, 'x'))));
  EXPECT_TRUE(hub->send(a_message(std::string(3 << 20, 'x'))));
  EXPECT_FALSE(hub->send(a_message(std::string(3 << 20, 'x'))));
}

TEST_F(EdgeHubTest, SaysWhenThereIsRoomAgain) {
  test::HubServer cloud(io, authority);
  auto narrow = options(cloud.url());
  narrow.max_queued_bytes = 10'000;
  start(narrow);
  ASSERT_TRUE(until([&] { return hub->link().up; }));
  while (hub->send(a_message(std::string(1000, 'x')))) {
  }
  EXPECT_EQ(rooms, 0);
  EXPECT_TRUE(until([&] { return rooms == 1; }));
  EXPECT_TRUE(hub->send(a_message("again")));
}

TEST_F(EdgeHubTest, SendsWhatQueuedUpInBatchesToAHearthCloudAlone) {
  for (const bool hearth : {true, false}) {
    test::HubServer cloud(io, authority, 0, hearth);
    start(options(cloud.url()));
    ASSERT_TRUE(until([&] { return hub->link().up; }));
    for (int i = 0; i < 1000; ++i)
      ASSERT_TRUE(hub->send(a_message(std::to_string(i))));
    ASSERT_TRUE(until([&] {
      return !cloud.frames().empty() && cloud.frames().back().find("\"999\"") != std::string::npos;
    }));
    const auto messages = cloud.messages();
    for (int i = 0; i < 1000; ++i)
      ASSERT_EQ(messages[i].content, std::to_string(i));
    if (hearth) {
      EXPECT_LT(cloud.frames().size(), 20u);
    } else {
      EXPECT_GE(cloud.frames().size(), 1000u);
    }
    ASSERT_TRUE(stop());
  }
}

TEST_F(EdgeHubTest, TakesABatchInItsOrder) {
  test::HubServer cloud(io, authority);
  start(options(cloud.url()));
  ASSERT_TRUE(until([&] { return hub->link().up && cloud.linked(); }));
  std::string batch = "[";
  wire::append(batch, a_message("a"));
  batch += ",";
  wire::append(batch, a_message("b"));
  cloud.send(batch + "]\n");
  ASSERT_TRUE(until([&] { return received.size() == 2; }));
  EXPECT_EQ(received[0].content, "a");
  EXPECT_EQ(received[1].content, "b");
}

TEST_F(EdgeHubTest, EndsALinkOnWhichNothingIsHeard) {
  test::HubServer cloud(io, authority);
  cloud.turn_mute();
  auto quick = options(cloud.url());
  quick.ping_interval = std::chrono::milliseconds(50);
  quick.silence_limit = std::chrono::milliseconds(200);
  start(quick);
  EXPECT_TRUE(until_problem("nothing was heard from it in time")) << hub->link().problem;
}

TEST_F(EdgeHubTest, KeepsAQuietLinkThatAnswersPings) {
  test::HubServer cloud(io, authority, 0, false);
  auto quick = options(cloud.url());
  quick.ping_interval = std::chrono::milliseconds(50);
  quick.silence_limit = std::chrono::milliseconds(200);
  start(quick);
  ASSERT_TRUE(until([&] { return hub->link().up; }));
  const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(700);
  EXPECT_TRUE(until([&] { return std::chrono::steady_clock::now() > end; }));
  EXPECT_EQ(links.size(), 1u) << links.back().problem;
}

TEST_F(EdgeHubTest, TellsWhyTheCloudRefusedOrClosedTheLink) {
  test::HubServer cloud(io, authority);
  cloud.refuse_with(
      "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 9\r\n\r\ntoo many\n");
  start(options(cloud.url()));
  EXPECT_TRUE(until_problem("status 503: too many")) << hub->link().problem;
  const auto refused = std::chrono::steady_clock::now();
  cloud.refuse_with("");
  ASSERT_TRUE(until([&] { return hub->link().up && cloud.linked(); }));
  EXPECT_GE(std::chrono::steady_clock::now() - refused, std::chrono::milliseconds(900)) << "Retry-After";
  cloud.close_saying("another connection took over");
  EXPECT_TRUE(until_problem("closed by the cloud: another connection took over")) << hub->link().problem;
}

TEST_F(EdgeHubTest, StaysAwayAsLongAsACloseFrameAsks) {
  test::HubServer cloud(io, authority);
  start(options(cloud.url()));
  ASSERT_TRUE(until([&] { return hub->link().up && cloud.linked(); })) << hub->link().problem;
  cloud.close_saying("full; retry-after=1");
  ASSERT_TRUE(until_problem("closed by the cloud: full"));
  const auto closed = std::chrono::steady_clock::now();
  ASSERT_TRUE(until([&] { return cloud.links() == 2; }));
  EXPECT_GE(std::chrono::steady_clock::now() - closed, std::chrono::milliseconds(900));
}

TEST_F(EdgeHubTest, RenewsItsCertificateWithoutAGap) {
  test::HubServer cloud(io, authority);
  const Credentials old{authority.ca.certificate_pem, authority.node("edge-1", std::chrono::seconds(4))};
  ASSERT_TRUE(save_credentials(folder.path() / "certs", old));
  auto without = options(cloud.url());
  without.token.clear();
  start(without);
  ASSERT_TRUE(until([&] { return cloud.links() == 2 && links.size() == 2; })) << hub->link().problem;
  EXPECT_TRUE(links[0].up && links[1].up) << "announced anew";
  const auto fresh = load_credentials(folder.path() / "certs").value();
  EXPECT_NE(fresh->identity.certificate_pem, old.identity.certificate_pem);
  EXPECT_THAT(metrics.text(), HasSubstr("hearth_edgehub_certificate_renewals_total 1"));
  const auto before = cloud.messages().size();
  ASSERT_TRUE(hub->send(a_message("on the new link")));
  EXPECT_TRUE(until([&] { return cloud.messages().size() > before; }));
  EXPECT_TRUE(hub->link().up);
}

TEST_F(EdgeHubTest, RenewsACertificateThatExpiredWhileItWasAway) {
  test::HubServer cloud(io, authority);
  const auto expired = authority.node("edge-1", std::chrono::seconds(-10));
  ASSERT_TRUE(save_credentials(folder.path() / "certs", {authority.ca.certificate_pem, expired}));
  auto without = options(cloud.url());
  without.token.clear();
  start(without);
  EXPECT_TRUE(until([&] { return hub->link().up; })) << hub->link().problem;
  ASSERT_EQ(signing.requests.size(), 1u);
  EXPECT_FALSE(signing.requests[0].headers.has("Authorization"));
}

TEST_F(EdgeHubTest, SaysWhyAnExpiredCertificateIsNotRenewedAndKeepsIt) {
  signing.renews = false;
  const auto expired = authority.node("edge-1", std::chrono::seconds(-10));
  ASSERT_TRUE(save_credentials(folder.path() / "certs", {authority.ca.certificate_pem, expired}));
  auto without = options("wss://127.0.0.1:1");
  without.token.clear();
  start(without);
  EXPECT_TRUE(until_problem("expired at")) << hub->link().problem;
  EXPECT_THAT(hub->link().problem, HasSubstr("401: Invalid token"));
  EXPECT_TRUE(load_credentials(folder.path() / "certs").value());
}

TEST_F(EdgeHubTest, ReadsItsTokenFromAFileAtEachAttempt) {
  test::HubServer cloud(io, authority);
  auto by_file = options(cloud.url());
  by_file.token.clear();
  by_file.token_file = folder.path() / "token";
  start(by_file);
  EXPECT_TRUE(until_problem("nothing is in ")) << hub->link().problem;
  std::ofstream(by_file.token_file) << authority.token() << "\n";
  EXPECT_TRUE(until([&] { return hub->link().up; })) << hub->link().problem;
}

TEST_F(EdgeHubTest, PutsFragmentsTogether) {
  test::HubServer cloud(io, authority);
  start(options(cloud.url()));
  ASSERT_TRUE(until([&] { return hub->link().up && cloud.linked(); }));
  cloud.send(wire::print(a_message(std::string(20'000, 'y'))), 4082);
  ASSERT_TRUE(until([&] { return received.size() == 1; }));
  EXPECT_EQ(received[0].content, std::string(20'000, 'y'));
}

TEST_F(EdgeHubTest, PassesGarbageOverAndGoesOn) {
  test::HubServer cloud(io, authority);
  start(options(cloud.url()));
  ASSERT_TRUE(until([&] { return hub->link().up && cloud.linked(); }));
  cloud.send("{\"header\":[");
  ASSERT_TRUE(until([&] { return metrics.text().find("malformed_total 1") != std::string::npos; }));
  cloud.send(std::string(10'000, '['));
  ASSERT_TRUE(until([&] { return metrics.text().find("malformed_total 2") != std::string::npos; }));
  cloud.send(wire::print(a_message("good")));
  ASSERT_TRUE(until([&] { return received.size() == 1; }));
  EXPECT_EQ(received[0].content, "good");
  EXPECT_TRUE(hub->link().up);
}

TEST_F(EdgeHubTest, SurvivesAHandlerThatThrows) {
  test::HubServer cloud(io, authority);
  start(options(cloud.url()));
  hub->on_message([](const wire::HubMessage&) { throw std::runtime_error("no such thing"); });
  ASSERT_TRUE(until([&] { return hub->link().up && cloud.linked(); }));
  cloud.send(wire::print(a_message("x")));
  ASSERT_TRUE(until([&] { return metrics.text().find("malformed_total 1") != std::string::npos; }));
  EXPECT_TRUE(hub->link().up);
}

TEST_F(EdgeHubTest, EndsALinkThatSendsTooMuchAtOnce) {
  test::HubServer cloud(io, authority);
  start(options(cloud.url()));
  ASSERT_TRUE(until([&] { return hub->link().up && cloud.linked(); }));
  cloud.send(std::string(wire::kMaxHubMessageSize + 1, 'z'));
  EXPECT_TRUE(until([&] { return links.size() > 1; }));
  EXPECT_THAT(links[1].problem, HasSubstr("above 4 MiB"));
}

TEST_F(EdgeHubTest, FindsACloudThatWasRestarted) {
  auto cloud = std::make_unique<test::HubServer>(io, authority, 0, false);
  const auto port = cloud->port();
  start(options(cloud->url()));
  ASSERT_TRUE(until([&] { return hub->link().up; }));
  EXPECT_FALSE(hub->link().hearth_peer);
  cloud.reset();
  ASSERT_TRUE(until_problem("connection refused")) << hub->link().problem;
  EXPECT_THAT(hub->link().problem, HasSubstr("cloud 127.0.0.1:" + std::to_string(port)));
  cloud = std::make_unique<test::HubServer>(io, authority, port);
  ASSERT_TRUE(until([&] { return hub->link().up; }));
  EXPECT_TRUE(hub->link().hearth_peer);
  EXPECT_THAT(metrics.text(), HasSubstr("hearth_edgehub_reconnects_total 1"));
  EXPECT_THAT(metrics.text(), HasSubstr("hearth_edgehub_connected 1"));
}

TEST_F(EdgeHubTest, SendsTheRestAndACloseFrameWhenItStops) {
  test::HubServer cloud(io, authority);
  start(options(cloud.url()));
  ASSERT_TRUE(until([&] { return hub->link().up; }));
  EXPECT_TRUE(hub->send(a_message(std::string(100'000, 'x'))));
  EXPECT_TRUE(stop());
  EXPECT_TRUE(until([&] { return cloud.closed_properly(); }));
  EXPECT_EQ(cloud.frames().size(), 2u);
  EXPECT_FALSE(hub->link().up);
}

TEST_F(EdgeHubTest, StopsWhileItIsDialling) {
  boost::asio::ip::tcp::acceptor silent(io, {boost::asio::ip::address_v4::loopback(), 0});
  start(options("wss://127.0.0.1:" + std::to_string(silent.local_endpoint().port())));
  EXPECT_TRUE(until([&] { return signing.requests.size() == 2; }));
  EXPECT_TRUE(stop());
}

}  // namespace
}  // namespace hearth::edgehub
