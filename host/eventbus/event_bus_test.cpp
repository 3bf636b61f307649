// SPDX-License-Identifier: Apache-2.0
#include "host/eventbus/event_bus.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <mqtt/async_client.h>
#include <signal.h>

#include <numeric>

#include "host/eventbus/managed_broker.hpp"
#include "tests/support/loop.hpp"
#include "tests/support/temp_folder.hpp"

namespace hearth::eventbus {
namespace {

namespace asio = boost::asio;
using testing::AllOf;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;

/// A real Mosquitto, and a bus on it that listens to a few topics.
struct Fixture : testing::Test {
  void start_broker() { ASSERT_TRUE(test::run(io, broker.start())); }

  EventBusOptions options() const {
    return {.broker = "mqtt://127.0.0.1:" + std::to_string(broker.port()),
            .subscriptions = {"$hw/events/device/+/+/twin/+", "plain/#"},
            .max_payload = 1000,
            .min_reconnect = std::chrono::milliseconds(20),
            .max_reconnect = std::chrono::milliseconds(100)};
  }

  void start_bus() { start_bus(options()); }
  void start_bus(EventBusOptions bus_options) {
    bus = std::make_unique<EventBus>(io, std::move(bus_options), metrics);
    bus->on_message([this](BusMessage message) { received.push_back(std::move(message)); });
    bus->on_link([this](const BrokerState& state) { links.push_back(state.connected); });
    bus->start();
  }

  bool until_connected() {
    return test::run_until(io, [this] { return bus->connected(); });
  }
  bool until_received(std::size_t count) {
    return test::run_until(io, [&] { return received.size() >= count; });
  }

  /// Everything already on its way arrives before a message that goes the same way after it.
  void settle() {
    bus->publish("plain/settled", "");
    ASSERT_TRUE(test::run_until(
        io, [this] { return !received.empty() && received.back().topic == "plain/settled"; }));
    received.pop_back();
  }

  void TearDown() override {
    if (bus) {
      EXPECT_TRUE(test::run(io, bus->stop()));
    }
    EXPECT_TRUE(test::run(io, broker.stop()));
  }

  test::TempFolder folder;
  asio::io_context io;
  Metrics metrics;
  ManagedBroker broker{io, {.data_dir = folder.path(), .port = 0}};
  std::unique_ptr<EventBus> bus;
  std::vector<BusMessage> received;
  std::vector<bool> links;
};

using EventBusTest = Fixture;

auto payload_is(const std::string& payload) {
  return Field(&BusMessage::payload, payload);
}
auto from_broker(bool yes) {
  return Field(&BusMessage::from_broker, yes);
}

TEST_F(EventBusTest, WhatItPublishesComesBackFromTheBroker) {
  start_broker();
  start_bus();
  ASSERT_TRUE(until_connected());
  bus->publish("$hw/events/device/default/lamp/twin/update", "{}");
  ASSERT_TRUE(until_received(1));
  EXPECT_EQ(received[0].topic, "$hw/events/device/default/lamp/twin/update");
  EXPECT_THAT(received[0], AllOf(payload_is("{}"), from_broker(true), Field(&BusMessage::retained, false)));
  EXPECT_THAT(links, ElementsAre(true));
}

TEST_F(EventBusTest, DeliversInsideTheProcessWithoutABroker) {
  start_bus();
  bus->publish("plain/a", "1");
  EXPECT_TRUE(received.empty()) << "the handler must not run inside publish()";
  bus->publish("not/subscribed", "2");
  ASSERT_TRUE(until_received(1));
  EXPECT_THAT(received, ElementsAre(AllOf(payload_is("1"), from_broker(false))));
  ASSERT_TRUE(test::run_until(io, [this] { return !links.empty(); }));
  EXPECT_THAT(links, ElementsAre(false));
  EXPECT_THAT(metrics.text(), HasSubstr("hearth_eventbus_published_total{via=\"local\"} 1"));
  EXPECT_THAT(metrics.text(), HasSubstr("hearth_eventbus_dropped_total 1"));
}

TEST_F(EventBusTest, GoesOnWhileTheBrokerIsAwayAndReturnsToIt) {
  start_broker();
  start_bus();
  ASSERT_TRUE(until_connected());
  ::kill(broker.pid(), SIGKILL);
  ASSERT_TRUE(test::run_until(io, [this] { return !bus->connected(); }));
  bus->publish("plain/away", "away");
  ASSERT_TRUE(until_received(1));
  EXPECT_THAT(received[0], AllOf(payload_is("away"), from_broker(false)));

  ASSERT_TRUE(until_connected());
  bus->publish("plain/back", "back");
  ASSERT_TRUE(until_received(2));
  EXPECT_THAT(received[1], AllOf(payload_is("back"), from_broker(true)));
  EXPECT_THAT(links, ElementsAre(true, false, true));
}

TEST_F(EventBusTest, LosesAndDoublesNothingWhenTheBrokerIsKilledInTheMiddle) {
  start_broker();
  start_bus();
  ASSERT_TRUE(until_connected());
  constexpr int kMessages = 2000;
  for (int i = 0; i < kMessages; ++i) {
    bus->publish("plain/n", std::to_string(i));
    if (i == kMessages / 2) ::kill(broker.pid(), SIGKILL);
    io.restart();
    io.poll_one();
  }
  ASSERT_TRUE(until_received(kMessages));
  ASSERT_TRUE(until_connected());
  settle();
  std::vector<int> numbers;
  for (const auto& message : received)
    numbers.push_back(std::stoi(message.payload));
  std::vector<int> expected(kMessages);
  std::iota(expected.begin(), expected.end(), 0);
  EXPECT_EQ(numbers, expected);
}

TEST_F(EventBusTest, SendsMoreThanTheWindowInOrder) {
  start_broker();
  start_bus();
  ASSERT_TRUE(until_connected());
  for (int i = 0; i < 1000; ++i)
    bus->publish("plain/n", std::to_string(i));
  ASSERT_TRUE(until_received(1000));
  for (int i = 0; i < 1000; ++i)
    ASSERT_EQ(received[i].payload, std::to_string(i));
}

TEST_F(EventBusTest, DropsAndCountsOversizedMessagesOfItsOwn) {
  start_broker();
  start_bus();
  ASSERT_TRUE(until_connected());
  bus->publish("plain/big", std::string(1001, 'x'));
  bus->publish("plain/fits", std::string(1000, 'x'));
  ASSERT_TRUE(until_received(1));
  EXPECT_EQ(received[0].topic, "plain/fits");
  EXPECT_THAT(metrics.text(), HasSubstr("hearth_eventbus_oversized_total 1"));
}

/// Another program on the same broker, with a blocking client.
class OtherClient {
 public:
  explicit OtherClient(std::uint16_t port)
      : client_("tcp://127.0.0.1:" + std::to_string(port), "other-client") {
    client_.connect()->wait();
  }
  ~OtherClient() { client_.disconnect()->wait(); }
  void publish(const std::string& topic, const std::string& payload, bool retained = false) {
    client_.publish(topic, payload.data(), payload.size(), 1, retained)->wait();
  }

 private:
  mqtt::async_client client_;
};

TEST_F(EventBusTest, GetsMessagesOfOtherClientsButNotOversizedOnes) {
  start_broker();
  start_bus();
  ASSERT_TRUE(until_connected());
  OtherClient other(broker.port());
  other.publish("plain/big", std::string(1001, 'x'));
  other.publish("plain/fits", "external");
  other.publish("elsewhere", "not for us");
  ASSERT_TRUE(until_received(1));
  settle();
  EXPECT_THAT(received, ElementsAre(AllOf(payload_is("external"), from_broker(true))));
  EXPECT_THAT(metrics.text(), HasSubstr("hearth_eventbus_oversized_total 1"));
}

TEST_F(EventBusTest, MarksRetainedMessages) {
  start_broker();
  OtherClient other(broker.port());
  other.publish("plain/kept", "old", true);
  start_bus();
  ASSERT_TRUE(until_received(1));
  EXPECT_THAT(received[0], AllOf(payload_is("old"), Field(&BusMessage::retained, true)));
}

TEST_F(EventBusTest, TwoBusesOfOneHostNameDoNotKickEachOther) {
  start_broker();
  start_bus();
  Metrics other_metrics;
  EventBus second(io, options(), other_metrics);
  std::vector<bool> second_links;
  second.on_link([&](const BrokerState& state) { second_links.push_back(state.connected); });
  second.start();
  ASSERT_TRUE(test::run_until(io, [&] { return bus->connected() && second.connected(); }));
  settle();
  EXPECT_THAT(links, ElementsAre(true));
  EXPECT_THAT(second_links, ElementsAre(true));
  EXPECT_TRUE(test::run(io, second.stop()));
}

TEST_F(EventBusTest, SurvivesAHandlerThatThrows) {
  start_broker();
  start_bus();
  bus->on_message([this](BusMessage message) {
    if (message.payload == "bad") throw std::runtime_error("no such thing");
    received.push_back(std::move(message));
  });
  ASSERT_TRUE(until_connected());
  bus->publish("plain/a", "bad");
  bus->publish("plain/a", "good");
  ASSERT_TRUE(until_received(1));
  EXPECT_THAT(received, ElementsAre(payload_is("good")));
}

TEST_F(EventBusTest, StaysUsableWithAnAddressThatIsNone) {
  auto wrong = options();
  wrong.broker = "http://127.0.0.1:80";
  start_bus(wrong);
  bus->publish("plain/a", "1");
  ASSERT_TRUE(until_received(1));
  EXPECT_FALSE(bus->connected());
}

TEST_F(EventBusTest, SendsWhatIsQueuedBeforeItStops) {
  start_broker();
  start_bus();
  auto listener_options = options();
  Metrics other_metrics;
  EventBus listener(io, listener_options, other_metrics);
  std::size_t heard = 0;
  listener.on_message([&](const BusMessage&) { ++heard; });
  listener.start();
  ASSERT_TRUE(test::run_until(io, [&] { return bus->connected() && listener.connected(); }));
  for (int i = 0; i < 500; ++i)
    bus->publish("plain/n", std::to_string(i));
  EXPECT_TRUE(test::run(io, bus->stop()));
  bus.reset();
  EXPECT_TRUE(test::run_until(io, [&] { return heard == 500; }));
  EXPECT_TRUE(test::run(io, listener.stop()));
}

TEST_F(EventBusTest, StopsQuicklyWithoutABroker) {
  start_bus();
  const auto began = std::chrono::steady_clock::now();
  EXPECT_TRUE(test::run(io, bus->stop()));
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(2));
  bus.reset();
}

}  // namespace
}  // namespace hearth::eventbus
