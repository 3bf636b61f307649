// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sdk/wire/twin_document.hpp"

namespace hearth::wire {
namespace {

using nlohmann::json;

json without_id(json document) {
  EXPECT_TRUE(document.contains("event_id"));
  document.erase("event_id");
  return document;
}

TEST(StateUpdate, OfAStockClientIsReadInAnyCase) {
  const auto update = parse_state_update(R"({"event_id":"s-1","timestamp":1795433951018,"state":"Online"})");
  ASSERT_TRUE(update.has_value());
  EXPECT_EQ(update->state, "online");
  EXPECT_EQ(update->event_id, "s-1");
}

TEST(StateUpdate, RefusesOtherWordsAndGarbage) {
  for (const auto* payload : {R"({"event_id":"s-3","state":"sleeping"})", R"({"state":7})",
                              R"({"state":null})", "{}", "", "[]", "7", R"({"state":"online)", "\xff"}) {
    const auto update = parse_state_update(payload);
    ASSERT_FALSE(update.has_value()) << payload;
    EXPECT_EQ(update.error().code, "400");
  }
}

TEST(StateResult, IsTheStockOneAndReadsBack) {
  const auto document = state_result("3ca6", 1795433951021, "thermo-1", "online", "2026-01-01T00:00:05Z");
  EXPECT_EQ(document,
            json::parse(R"({"event_id":"3ca6","timestamp":1795433951021,"device":{"name":"thermo-1",)"
                        R"("state":"online","lastOnlineTime":"2026-01-01T00:00:05Z"}})"));
  const auto state = parse_state_report(document);
  ASSERT_TRUE(state.has_value());
  EXPECT_EQ(state->state, "online");
  EXPECT_EQ(state->last_online, "2026-01-01T00:00:05Z");
  EXPECT_FALSE(state_result("e", 1, "x", "offline", "")["device"].contains("lastOnlineTime"));
}

TEST(StateReport, OfAnOlderEdgeIsRead) {
  const auto state = parse_state_report(json::parse(
      R"({"event_id":"3ca6","timestamp":1795433951021,"device":{"name":"room-1","state":"online",)"
      R"("last_online":"2026-11-23 11:39:11"}})"));
  ASSERT_TRUE(state.has_value());
  EXPECT_EQ(state->last_online, "2026-11-23 11:39:11");
}

TEST(StateReport, OfAnotherShapeIsRefused) {
  for (const auto* text :
       {"null", "7", "[]", "{}", R"({"device":7})", R"({"device":{}})", R"({"device":{"state":7}})",
        R"({"device":{"state":"online","lastOnlineTime":7}})"}) {
    EXPECT_FALSE(parse_state_report(json::parse(text)).has_value()) << text;
  }
}

TEST(MembershipChange, OfAStockCloudIsRead) {
  const auto change = parse_membership_change(json::parse(
      R"({"event_id":"91dd","timestamp":1795433833163,"added_devices":[{"id":"room-1","name":"room-1",)"
      R"("description":"room-controller-1st-floor"}],"removed_devices":null})"));
  ASSERT_TRUE(change.has_value());
  ASSERT_EQ(change->added.size(), 1u);
  EXPECT_EQ(change->added[0].id, (DeviceId{"default", "room-1"}));
  EXPECT_EQ(change->added[0].description, "room-controller-1st-floor");
  EXPECT_TRUE(change->removed.empty());
}

TEST(MembershipChange, PrintsAsStockEdgesDo) {
  MembershipChange change;
  change.added.push_back({{"default", "thermo-1"}, "", "", ""});
  EXPECT_EQ(without_id(membership_change(5, change)),
            json::parse(R"({"timestamp":5,"added_devices":[{"id":"default/thermo-1","name":"thermo-1"}],)"
                        R"("removed_devices":null})"));
}

TEST(MembershipChange, OfAnotherShapeIsRefused) {
  for (const auto* text : {"null", "[]", "7", R"({"added_devices":7})", R"({"added_devices":[7]})",
                           R"({"added_devices":[{}]})", R"({"removed_devices":[{"id":"Not/A/Name"}]})",
                           R"({"added_devices":[{"id":"a","description":7}]})"}) {
    EXPECT_FALSE(parse_membership_change(json::parse(text)).has_value()) << text;
  }
}

TEST(MembershipList, PrintsAndReadsBack) {
  const std::vector<Member> members{{{"default", "lamp"}, "ceiling", "online", "2026-01-01T00:00:05Z"}};
  const auto document = membership_list("m-1", 5, members);
  EXPECT_EQ(
      document,
      json::parse(R"({"event_id":"m-1","timestamp":5,"devices":[{"id":"default/lamp","name":"lamp",)"
                  R"("description":"ceiling","state":"online","last_online":"2026-01-01T00:00:05Z"}]})"));
  const auto again = parse_membership_list(document);
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(again->at(0).id.name, "lamp");
  EXPECT_EQ(membership_list("m", 5, {})["devices"], json::array());
}

TEST(MembershipList, WithoutDevicesIsNoEmptyList) {
  EXPECT_FALSE(parse_membership_list(json::parse(R"({"event_id":""})")).has_value());
  EXPECT_FALSE(parse_membership_list(json(nullptr)).has_value());
  EXPECT_FALSE(parse_membership_list(json::parse(R"({"devices":"all"})")).has_value());
  EXPECT_TRUE(parse_membership_list(json::parse(R"({"devices":null})"))->empty());
}

TEST(MembershipDetailRequest, IsTheStockOne) {
  EXPECT_EQ(without_id(membership_detail_request("edge-1", 1795433780879)),
            json::parse(R"({"event_type":"group_membership_event","group_id":"edge-1","operation":"detail",)"
                        R"("timestamp":1795433780879})"));
}

TEST(StateDocument, ReportCarriesTheUidOfTheDeviceBetweenHearthPeersOnly) {
  const auto report = state_report("e", 1, "lamp", {"online", "2026-01-01T00:00:05Z", "uid-1"});
  const auto state = parse_state_report(report).value();
  EXPECT_EQ(state.device_uid, "uid-1");
  EXPECT_EQ(state.last_online, "2026-01-01T00:00:05Z");
  EXPECT_FALSE(state_report("e", 1, "lamp", {"online", "", ""}).contains("device_uid"));
}

}  // namespace
}  // namespace hearth::wire
