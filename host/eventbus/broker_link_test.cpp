// SPDX-License-Identifier: Apache-2.0
// The bus on a broker that somebody else runs: users, passwords, TLS, takeovers, and links that break all the time.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <malloc.h>
#include <sys/stat.h>

#include <cstdlib>

#include "host/eventbus/event_bus.hpp"
#include "host/eventbus/test_broker.hpp"
#include "sdk/net/x509.hpp"
#include "tests/support/temp_folder.hpp"

namespace hearth::eventbus {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using testing::HasSubstr;

struct BrokerLinkTest : testing::Test {
  std::string write(const std::string& name, const std::string& text) {
    const auto file = folder.path() / name;
    std::ofstream(file) << text;
    fs::permissions(file, fs::perms::owner_read | fs::perms::owner_write);
    return file.string();
  }

  static EventBusOptions options(const std::string& broker) {
    EventBusOptions options;
    options.broker = broker;
    options.subscriptions = {"plain/#"};
    options.min_reconnect = milliseconds(5);
    options.max_reconnect = milliseconds(20);
    return options;
  }
  static std::string at(std::uint16_t port, const std::string& host = "127.0.0.1",
                        const std::string& scheme = "mqtt") {
    return scheme + "://" + host + ":" + std::to_string(port);
  }

  void start_bus(EventBusOptions bus_options) {
    bus = std::make_unique<EventBus>(io, std::move(bus_options), metrics);
    bus->on_message([this](BusMessage message) { received.push_back(std::move(message)); });
    bus->on_link([this](const BrokerState& state) { states.push_back(state.reason); });
    bus->start();
  }
  bool until(const std::function<bool()>& condition) { return hearth::test::run_until(io, condition); }
  bool until_connected() {
    return until([this] { return bus->connected(); });
  }
  /// Through the broker, by our own subscription.
  bool comes_back(const std::string& payload) {
    bus->publish("plain/a", payload);
    return until([&] { return !received.empty() && received.back().payload == payload; }) &&
           received.back().from_broker;
  }
  bool stays_away() {
    return until([this] { return !states.empty(); }) && states.back() == "BrokerAway" && !bus->connected();
  }

  void TearDown() override {
    if (bus) {
      EXPECT_TRUE(hearth::test::run(io, bus->stop()));
    }
  }

  hearth::test::TempFolder folder;
  boost::asio::io_context io;
  Metrics metrics;
  std::unique_ptr<EventBus> bus;
  std::vector<BusMessage> received;
  std::vector<std::string> states;
};

/// A broker that wants TLS, a client certificate of its CA, and a password.
struct SecureBrokerTest : BrokerLinkTest {
  void SetUp() override {
    const std::string settings = "allow_anonymous false\npassword_file " + folder.path().string() +
                                 "/users\n" + "cafile " + ca_file + "\ncertfile " +
                                 write("server.crt", server.certificate_pem) + "\nkeyfile " +
                                 write("server.key", server.key_pem) + "\nrequire_certificate true\n";
    const auto users = write("users", "");
    ASSERT_EQ(std::system(("mosquitto_passwd -b " + users + " edge-1 secret 2>/dev/null").c_str()), 0);
    broker = std::make_unique<test::TestBroker>(io, folder.path(), settings);
  }

  EventBusOptions good(const std::string& host = "127.0.0.1") {
    auto good = options(at(broker->port(), host, "mqtts"));
    good.user = "edge-1";
    good.password = "secret";
    good.tls = {ca_file, write("client.crt", client.certificate_pem), write("client.key", client.key_pem)};
    return good;
  }
  std::string log_of(EventBusOptions wrong) {
    testing::internal::CaptureStdout();
    start_bus(std::move(wrong));
    EXPECT_TRUE(stays_away());
    return testing::internal::GetCapturedStdout();
  }

  net::Identity ca = net::make_ca({"Test CA", {}}, std::chrono::hours(1)).value();
  net::Identity server =
      net::make_identity(ca, {"broker", {}},
                         {.usages = {net::Usage::server}, .alt_names = {"127.0.0.1", "localhost"}})
          .value();
  net::Identity client = net::make_identity(ca, {"edge-1", {}}, {.usages = {net::Usage::client}}).value();
  std::string ca_file = write("ca.crt", ca.certificate_pem);
  std::unique_ptr<test::TestBroker> broker;
};

TEST_F(SecureBrokerTest, ServesAHostWithCertificateAndPassword) {
  start_bus(good());
  ASSERT_TRUE(until_connected());
  EXPECT_TRUE(comes_back("hello"));
  const std::string large(500'000, 'x');
  EXPECT_TRUE(comes_back(large));
}

TEST_F(SecureBrokerTest, IsFoundByName) {
  start_bus(good("localhost"));
  ASSERT_TRUE(until_connected());
  EXPECT_TRUE(comes_back("hello"));
}

TEST_F(SecureBrokerTest, AWrongPasswordIsNamed) {
  auto wrong = good();
  wrong.password = "guess";
  EXPECT_THAT(log_of(wrong), HasSubstr("not authorised"));
}

TEST_F(SecureBrokerTest, ACertificateOfAnotherCaIsRefused) {
  auto wrong = good();
  wrong.tls.ca = write("other.crt", net::make_ca({"Other CA", {}}, std::chrono::hours(1))->certificate_pem);
  EXPECT_THAT(log_of(wrong), HasSubstr("its certificate is not accepted; brokerCa must be"));
}

TEST_F(SecureBrokerTest, ACertificateForAnotherNameIsRefused) {
  auto wrong = good();
  server =
      net::make_identity(ca, {"broker", {}}, {.usages = {net::Usage::server}, .alt_names = {"elsewhere"}})
          .value();
  broker.reset();
  SetUp();
  wrong.broker = at(broker->port(), "127.0.0.1", "mqtts");
  EXPECT_THAT(log_of(wrong), HasSubstr("it must name the host"));
}

TEST_F(SecureBrokerTest, ARefusedConnectionIsNoticedAtOnce) {
  auto wrong = good();
  wrong.broker = at(test::free_port(io), "127.0.0.1", "mqtts");
  EXPECT_THAT(log_of(wrong), HasSubstr("nobody takes the connection"));
}

TEST_F(SecureBrokerTest, AMissingFileIsNamed) {
  auto wrong = good();
  wrong.tls.ca = "/does/not/exist.crt";
  EXPECT_THAT(log_of(wrong), HasSubstr("brokerCa /does/not/exist.crt: No such file or directory"));
}

TEST_F(SecureBrokerTest, AnUnencryptedHostGetsNowhereAndStaysUsable) {
  auto wrong = good();
  wrong.broker = at(broker->port());
  start_bus(wrong);
  ASSERT_TRUE(stays_away());
  bus->publish("plain/a", "1");
  EXPECT_TRUE(until([this] { return received.size() == 1; }));
}

TEST_F(BrokerLinkTest, ANameThatIsNoneIsAState) {
  start_bus(options("mqtt://no-such-broker.invalid"));
  EXPECT_TRUE(stays_away());
}

TEST_F(BrokerLinkTest, SubscribesAgainAtABrokerThatHasForgottenEverything) {
  test::TestBroker broker(io, folder.path(), "allow_anonymous true\n");
  start_bus(options(at(broker.port())));
  ASSERT_TRUE(until_connected());
  for (int i = 0; i < 3; ++i) {
    broker.kill();
    ASSERT_TRUE(until([this] { return !bus->connected(); }));
    broker.start();
    ASSERT_TRUE(until_connected());
    EXPECT_TRUE(comes_back(std::to_string(i)));
  }
  EXPECT_THAT(states, testing::Not(testing::Contains("DuplicateClientID")));
}

TEST_F(BrokerLinkTest, ASecondClientWithTheSameFixedIdIsReportedAndLeftAlone) {
  test::TestBroker broker(io, folder.path(), "allow_anonymous true\n");
  auto fixed = options(at(broker.port()));
  fixed.client_id = "edge-1";
  fixed.takeover_pause = std::chrono::minutes(10);
  start_bus(fixed);
  ASSERT_TRUE(until_connected());
  Metrics other_metrics;
  EventBus other(io, fixed, other_metrics);
  std::string other_state;
  other.on_link([&](const BrokerState& state) { other_state = state.reason; });
  other.start();
  const auto reported = [&](const std::string& state) { return state == "DuplicateClientID"; };
  ASSERT_TRUE(until([&] { return reported(states.back()) || reported(other_state); }));
  EXPECT_TRUE(until([&] { return bus->connected() != other.connected(); }))
      << "one of them has the broker to itself";
  EXPECT_TRUE(hearth::test::run(io, other.stop()));
}

TEST_F(BrokerLinkTest, AnIdOfItsOwnMakingIsGivenUpToTheOtherClient) {
  test::TestBroker broker(io, folder.path(), "allow_anonymous true\n");
  test::CuttableLink link(io, broker.port());
  start_bus(options(at(link.port())));
  for (int i = 0; i < 4; ++i) {
    ASSERT_TRUE(until_connected());
    link.break_connections();
    ASSERT_TRUE(until([this] { return !bus->connected(); }));
  }
  EXPECT_EQ(states.back(), "DuplicateClientID");
  ASSERT_TRUE(until_connected());
  EXPECT_EQ(states.back(), "Connected");
  EXPECT_THAT(metrics.text(), HasSubstr("hearth_eventbus_takeovers_total 1"));
  EXPECT_TRUE(comes_back("still here"));
}

/// What Nagle's algorithm and a delayed ACK together make of it: 40 ms each.
TEST_F(BrokerLinkTest, AnAnswerIsNotHeldBackByTheKernel) {
  test::TestBroker broker(io, folder.path(), "allow_anonymous true\n");
  start_bus(options(at(broker.port())));
  bus->on_message([this](const BusMessage& message) {
    if (message.topic == "plain/question") bus->publish("plain/answer", message.payload);
  });
  Metrics other_metrics;
  EventBus other(io, options(at(broker.port())), other_metrics);
  int answers = 0;
  other.on_message([&](const BusMessage& message) { answers += message.topic == "plain/answer"; });
  other.start();
  ASSERT_TRUE(until([&] { return bus->connected() && other.connected(); }));
  const auto began = std::chrono::steady_clock::now();
  for (int i = 1; i <= 50; ++i) {
    other.publish("plain/question", std::to_string(i));
    ASSERT_TRUE(until([&] { return answers == i; }));
  }
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(1));
  EXPECT_TRUE(hearth::test::run(io, other.stop()));
}

std::size_t open_descriptors() {
  return static_cast<std::size_t>(std::distance(fs::directory_iterator("/proc/self/fd"), {}));
}
std::size_t heap_bytes() {
  return mallinfo2().uordblks;
}

/// HEARTH_BROKER_LOSSES: how often; 1,000 takes a minute.
TEST_F(BrokerLinkTest, ManyLossesLeaveNothingBehind) {
  const char* wanted = std::getenv("HEARTH_BROKER_LOSSES");
  const int losses = wanted ? std::atoi(wanted) : 200;
  test::TestBroker broker(io, folder.path(), "allow_anonymous true\n");
  test::CuttableLink link(io, broker.port());
  auto fast = options(at(link.port()));
  fast.min_reconnect = fast.max_reconnect = milliseconds(1);
  start_bus(fast);
  std::size_t descriptors = 0;
  std::size_t heap = 0;
  for (int i = 0; i < losses; ++i) {
    ASSERT_TRUE(until_connected());
    ASSERT_TRUE(comes_back(std::to_string(i)));
    ASSERT_EQ(received.size(), 1u) << "a doubled subscription";
    received.clear();
    const int refused = link.refused();
    link.cut();
    ASSERT_TRUE(until([&] { return link.refused() > refused; }));
    link.mend();
    if (i == losses / 4) {
      descriptors = open_descriptors();
      heap = heap_bytes();
    }
  }
  ASSERT_TRUE(until_connected());
  EXPECT_LE(open_descriptors(), descriptors + 8);
  EXPECT_LE(heap_bytes(), heap + 128 * 1024);
}

}  // namespace
}  // namespace hearth::eventbus
