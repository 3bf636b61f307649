// SPDX-License-Identifier: Apache-2.0
#include "host/twin/outbox.hpp"

#include <gtest/gtest.h>

namespace hearth::twin {
namespace {

using namespace std::chrono_literals;
using Keys = std::set<std::string>;

const DeviceId kLamp{"default", "lamp"};
const DeviceId kPump{"default", "pump"};
const TimePoint kStart{std::chrono::hours(1)};

std::vector<Report> due(Outbox& outbox, TimePoint now) {
  std::vector<Report> reports;
  while (auto report = outbox.next(now))
    reports.push_back(std::move(*report));
  return reports;
}

SentReport message_of(const Report& report, std::size_t bytes = 100) {
  SentReport sent{report.device, report.kind, {}, report.event_id, bytes};
  for (const auto& key : report.keys)
    sent.keys.push_back({key, 1});
  return sent;
}

Keys names(const SentReport& report) {
  Keys found;
  for (const auto& key : report.keys)
    found.insert(key.name);
  return found;
}

TEST(Outbox, SendsNothingWithoutALink) {
  Outbox outbox(60s);
  outbox.owe_twin(kLamp, {"power"}, "e1");
  EXPECT_TRUE(due(outbox, kStart).empty());
  EXPECT_EQ(outbox.next_due(), std::nullopt);
  outbox.link_up(true);
  EXPECT_EQ(due(outbox, kStart).size(), 1u);
  EXPECT_EQ(outbox.pending(), 1u);
}

TEST(Outbox, HoldsOneMessageOfADeviceInFlightAndCoalescesTheRest) {
  Outbox outbox(60s);
  outbox.link_up(true);
  outbox.owe_twin(kLamp, {"power"}, "e1");
  outbox.sent(message_of(due(outbox, kStart).at(0)), "m1", kStart);
  outbox.owe_twin(kLamp, {"power", "level"}, "e2");
  outbox.owe_twin(kLamp, {"level"}, "e3");
  EXPECT_TRUE(due(outbox, kStart).empty());
  outbox.owe_twin(kPump, {"speed"}, "e4");
  EXPECT_EQ(due(outbox, kStart).at(0).device, kPump);
  EXPECT_TRUE(outbox.confirm("m1"));
  const auto reports = due(outbox, kStart);
  EXPECT_EQ(reports.at(0).keys, (Keys{"level", "power"}));
  EXPECT_EQ(reports.at(0).event_id, "e3");
}

TEST(Outbox, ConfirmationClearsAndUnknownOnesDoNothing) {
  Outbox outbox(60s);
  outbox.link_up(true);
  outbox.owe_twin(kLamp, {"power"}, "e1");
  outbox.sent(message_of(due(outbox, kStart).at(0)), "m1", kStart);
  EXPECT_FALSE(outbox.confirm("m0"));
  EXPECT_EQ(outbox.pending(), 1u);
  EXPECT_TRUE(outbox.confirm("m1"));
  EXPECT_FALSE(outbox.confirm("m1"));
  EXPECT_EQ(outbox.pending(), 0u);
  EXPECT_EQ(outbox.next_due(), std::nullopt);
}

TEST(Outbox, SendsAgainAfterTheTimeAndAcceptsOnlyTheNewMessage) {
  Outbox outbox(60s);
  outbox.link_up(true);
  outbox.owe_twin(kLamp, {"power"}, "e1");
  outbox.sent(message_of(due(outbox, kStart).at(0)), "m1", kStart);
  EXPECT_EQ(outbox.next_due(), kStart + 60s);
  EXPECT_TRUE(due(outbox, kStart + 59s).empty());
  const auto again = due(outbox, kStart + 60s);
  EXPECT_EQ(again.at(0).event_id, "e1");
  outbox.sent(message_of(again.at(0)), "m2", kStart + 60s);
  EXPECT_FALSE(outbox.confirm("m1"));
  EXPECT_TRUE(outbox.confirm("m2"));
}

TEST(Outbox, SendsAgainOnANewLink) {
  Outbox outbox(60s);
  outbox.link_up(true);
  outbox.owe_twin(kLamp, {"power"}, "e1");
  outbox.sent(message_of(due(outbox, kStart).at(0)), "m1", kStart);
  outbox.link_down();
  EXPECT_TRUE(due(outbox, kStart).empty());
  outbox.link_up(true);
  EXPECT_EQ(due(outbox, kStart).at(0).keys, Keys{"power"});
}

TEST(Outbox, WaitsNoLongerOnceTheLinkTakesMoreAgain) {
  Outbox outbox(60s);
  outbox.link_up(true);
  outbox.owe_twin(kLamp, {"power"}, "e1");
  outbox.refused(outbox.next(kStart).value(), kStart);
  outbox.has_room();
  EXPECT_EQ(outbox.next_due(), TimePoint::min());
  EXPECT_EQ(due(outbox, kStart).size(), 1u);
}

TEST(Outbox, WaitsAMomentWhenTheLinkTakesNoMore) {
  Outbox outbox(60s);
  outbox.link_up(true);
  outbox.owe_twin(kLamp, {"power"}, "e1");
  outbox.refused(outbox.next(kStart).value(), kStart);
  EXPECT_TRUE(due(outbox, kStart).empty());
  const auto next = outbox.next_due();
  ASSERT_TRUE(next.has_value());
  EXPECT_GT(*next, kStart);
  EXPECT_EQ(due(outbox, *next).size(), 1u);
}

TEST(Outbox, KeepsConditionsForAHearthPeer) {
  Outbox outbox(60s);
  outbox.owe_conditions(kLamp);
  outbox.link_up(false);
  EXPECT_TRUE(due(outbox, kStart).empty());
  EXPECT_EQ(outbox.next_due(), std::nullopt);
  outbox.link_up(true);
  EXPECT_EQ(due(outbox, kStart).at(0).kind, ReportKind::conditions);
}

TEST(Outbox, TellsAStockPeerEachPropertyTwiceBecauseItWritesTheFirstOneEmpty) {
  Outbox outbox(60s);
  outbox.link_up(false);
  outbox.owe_twin(kLamp, {"power"}, "e1");
  outbox.sent(message_of(due(outbox, kStart).at(0)), "m1", kStart);
  outbox.confirm("m1");
  outbox.sent(message_of(due(outbox, kStart).at(0)), "m2", kStart);
  outbox.confirm("m2");
  EXPECT_TRUE(due(outbox, kStart).empty());
  EXPECT_EQ(outbox.pending(), 0u);
}

TEST(Outbox, KeepsWhatDidNotFitIntoTheMessage) {
  Outbox outbox(60s);
  outbox.link_up(true);
  outbox.owe_twin(kLamp, {"a", "b"}, "e1");
  auto report = due(outbox, kStart).at(0);
  report.keys.erase("b");
  outbox.sent(message_of(report), "m1", kStart);
  EXPECT_EQ(outbox.pending(), 2u);
  outbox.confirm("m1");
  EXPECT_EQ(due(outbox, kStart).at(0).keys, Keys{"b"});
}

TEST(Outbox, SaysWhatAConfirmedMessageHadTold) {
  Outbox outbox(60s);
  outbox.link_up(true);
  outbox.owe_twin(kLamp, {"level", "power"}, "e1");
  outbox.sent(message_of(due(outbox, kStart).at(0)), "m1", kStart);
  outbox.owe_twin(kLamp, {"power"}, "e2");
  const auto told = outbox.confirm("m1");
  ASSERT_TRUE(told.has_value());
  EXPECT_EQ(names(*told), (Keys{"level", "power"}));
  EXPECT_TRUE(outbox.owes(kLamp, ReportKind::twin));
  EXPECT_EQ(outbox.pending(), 1u);
}

TEST(Outbox, OwesNoLongerWhatTheCloudDoesNotWant) {
  for (const bool hearth_peer : {true, false}) {
    Outbox outbox(60s);
    outbox.link_up(hearth_peer);
    outbox.owe_twin(kLamp, {"power"}, "e1");
    outbox.sent(message_of(due(outbox, kStart).at(0)), "m1", kStart);
    EXPECT_EQ(names(outbox.reject("m1").value()), Keys{"power"});
    EXPECT_FALSE(outbox.reject("m1"));
    EXPECT_TRUE(due(outbox, kStart + 120s).empty());
    EXPECT_EQ(outbox.pending(), 0u);
    EXPECT_EQ(outbox.bytes_in_flight(), 0u);
  }
}

TEST(Outbox, KeepsWhatIsInFlightBelowABoundOfBytesAndServesInTheOrderOfAsking) {
  Outbox outbox(60s);
  outbox.link_up(true);
  outbox.owe_twin(kPump, {"speed"}, "e1");
  outbox.owe_twin(kLamp, {"power"}, "e2");
  const auto first = outbox.next(kStart).value();
  EXPECT_EQ(first.device, kPump);
  outbox.sent(message_of(first, Outbox::kMaxInFlight), "m1", kStart);
  EXPECT_FALSE(outbox.next(kStart).has_value());
  EXPECT_EQ(outbox.next_due(), kStart + 60s);
  outbox.confirm("m1");
  EXPECT_EQ(outbox.next(kStart).value().device, kLamp);
}

TEST(Outbox, SendsOverdueMessagesAgainAlsoWhenTheBoundIsReached) {
  Outbox outbox(60s);
  outbox.link_up(true);
  outbox.owe_twin(kLamp, {"power"}, "e1");
  outbox.sent(message_of(outbox.next(kStart).value(), Outbox::kMaxInFlight), "m1", kStart);
  EXPECT_EQ(outbox.next(kStart + 60s).value().keys, Keys{"power"});
}

TEST(Outbox, ForgetsADeviceWithWhatIsInFlight) {
  Outbox outbox(60s);
  outbox.link_up(true);
  outbox.owe_twin(kLamp, {"power"}, "e1");
  outbox.owe_state(kLamp);
  outbox.sent(message_of(due(outbox, kStart).at(0)), "m1", kStart);
  outbox.forget(kLamp);
  EXPECT_FALSE(outbox.confirm("m1"));
  EXPECT_EQ(outbox.pending(), 0u);
}

}  // namespace
}  // namespace hearth::twin
