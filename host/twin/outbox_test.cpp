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

TEST(Outbox, SendsNothingWithoutALink) {
  Outbox outbox(60s);
  outbox.owe_twin(kLamp, {"power"}, "e1");
  EXPECT_TRUE(outbox.due(kStart).empty());
  EXPECT_EQ(outbox.next_due(), std::nullopt);
  outbox.link_up(true);
  EXPECT_EQ(outbox.due(kStart).size(), 1u);
  EXPECT_EQ(outbox.pending(), 1u);
}

TEST(Outbox, HoldsOneMessageOfADeviceInFlightAndCoalescesTheRest) {
  Outbox outbox(60s);
  outbox.link_up(true);
  outbox.owe_twin(kLamp, {"power"}, "e1");
  outbox.sent(outbox.due(kStart).at(0), "m1", kStart);
  outbox.owe_twin(kLamp, {"power", "level"}, "e2");
  outbox.owe_twin(kLamp, {"level"}, "e3");
  EXPECT_TRUE(outbox.due(kStart).empty());
  outbox.owe_twin(kPump, {"speed"}, "e4");
  EXPECT_EQ(outbox.due(kStart).at(0).device, kPump);
  EXPECT_TRUE(outbox.confirm("m1"));
  const auto reports = outbox.due(kStart);
  EXPECT_EQ(reports.at(0).keys, (Keys{"level", "power"}));
  EXPECT_EQ(reports.at(0).event_id, "e3");
}

TEST(Outbox, ConfirmationClearsAndUnknownOnesDoNothing) {
  Outbox outbox(60s);
  outbox.link_up(true);
  outbox.owe_twin(kLamp, {"power"}, "e1");
  outbox.sent(outbox.due(kStart).at(0), "m1", kStart);
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
  outbox.sent(outbox.due(kStart).at(0), "m1", kStart);
  EXPECT_EQ(outbox.next_due(), kStart + 60s);
  EXPECT_TRUE(outbox.due(kStart + 59s).empty());
  const auto again = outbox.due(kStart + 60s);
  EXPECT_EQ(again.at(0).event_id, "e1");
  outbox.sent(again.at(0), "m2", kStart + 60s);
  EXPECT_FALSE(outbox.confirm("m1"));
  EXPECT_TRUE(outbox.confirm("m2"));
}

TEST(Outbox, SendsAgainOnANewLink) {
  Outbox outbox(60s);
  outbox.link_up(true);
  outbox.owe_twin(kLamp, {"power"}, "e1");
  outbox.sent(outbox.due(kStart).at(0), "m1", kStart);
  outbox.link_down();
  EXPECT_TRUE(outbox.due(kStart).empty());
  outbox.link_up(true);
  EXPECT_EQ(outbox.due(kStart).at(0).keys, Keys{"power"});
}

TEST(Outbox, WaitsAMomentWhenTheLinkTakesNoMore) {
  Outbox outbox(60s);
  outbox.link_up(true);
  outbox.owe_twin(kLamp, {"power"}, "e1");
  outbox.refused(kStart);
  EXPECT_TRUE(outbox.due(kStart).empty());
  const auto next = outbox.next_due();
  ASSERT_TRUE(next.has_value());
  EXPECT_GT(*next, kStart);
  EXPECT_EQ(outbox.due(*next).size(), 1u);
}

TEST(Outbox, KeepsConditionsForAHearthPeer) {
  Outbox outbox(60s);
  outbox.owe_conditions(kLamp);
  outbox.link_up(false);
  EXPECT_TRUE(outbox.due(kStart).empty());
  EXPECT_EQ(outbox.next_due(), std::nullopt);
  outbox.link_up(true);
  EXPECT_EQ(outbox.due(kStart).at(0).kind, ReportKind::conditions);
}

TEST(Outbox, TellsAStockPeerEachPropertyTwiceBecauseItWritesTheFirstOneEmpty) {
  Outbox outbox(60s);
  outbox.link_up(false);
  outbox.owe_twin(kLamp, {"power"}, "e1");
  outbox.sent(outbox.due(kStart).at(0), "m1", kStart);
  outbox.confirm("m1");
  outbox.sent(outbox.due(kStart).at(0), "m2", kStart);
  outbox.confirm("m2");
  EXPECT_TRUE(outbox.due(kStart).empty());
  EXPECT_EQ(outbox.pending(), 0u);
}

TEST(Outbox, KeepsWhatDidNotFitIntoTheMessage) {
  Outbox outbox(60s);
  outbox.link_up(true);
  outbox.owe_twin(kLamp, {"a", "b"}, "e1");
  auto report = outbox.due(kStart).at(0);
  report.keys.erase("b");
  outbox.sent(report, "m1", kStart);
  EXPECT_EQ(outbox.pending(), 2u);
  outbox.confirm("m1");
  EXPECT_EQ(outbox.due(kStart).at(0).keys, Keys{"b"});
}

TEST(Outbox, ForgetsADeviceWithWhatIsInFlight) {
  Outbox outbox(60s);
  outbox.link_up(true);
  outbox.owe_twin(kLamp, {"power"}, "e1");
  outbox.owe_state(kLamp);
  outbox.sent(outbox.due(kStart).at(0), "m1", kStart);
  outbox.forget(kLamp);
  EXPECT_FALSE(outbox.confirm("m1"));
  EXPECT_EQ(outbox.pending(), 0u);
}

}  // namespace
}  // namespace hearth::twin
