// SPDX-License-Identifier: Apache-2.0
#include "cloud/controller/conditions.hpp"

#include <gtest/gtest.h>

#include "cloud/controller/test_objects.hpp"

namespace hearth::controller {
namespace {

using nlohmann::json;
using testing::at_second;
using wire::Condition;
using wire::ConditionStatus;

DeviceFacts healthy() {
  return {"edge-1", "dimmer", true, Delivery::delivered, 3, Presence::here, 3};
}

/// The status after the controller's conditions are put into it.
json judged(const DeviceFacts& facts, json status, int second = 0) {
  std::vector<Condition> transitions;
  put_controller_conditions(status, facts, at_second(second), transitions);
  return status;
}

json online() {
  return {{"state", "online"}};
}

Condition get(const json& status, const std::string& type) {
  return find_condition(status, type).value_or(Condition{"absent", {}, {}, {}, {}});
}

void report(json& status, const std::string& type, ConditionStatus value, const std::string& reason) {
  std::vector<Condition> transitions;
  put_condition(status, {type, value, reason, "as the host says", {}}, at_second(0), transitions);
}

TEST(Conditions, AHealthyDeviceIsReady) {
  json status = online();
  report(status, "MapperReady", ConditionStatus::yes, "MapperLoaded");
  status = judged(healthy(), status);
  for (const auto* type : {"Synced", "ModelReady", "Reachable", "Ready"}) {
    EXPECT_EQ(get(status, type).status, ConditionStatus::yes) << type;
  }
}

TEST(Conditions, SyncedSaysWhatIsMissing) {
  auto facts = healthy();
  facts.delivery = Delivery::pending;
  EXPECT_EQ(get(judged(facts, online()), "Synced").reason, "Pending");
  facts.delivery = Delivery::node_away;
  EXPECT_EQ(get(judged(facts, online()), "Synced").reason, "NodeAway");
  EXPECT_EQ(get(judged(facts, online()), "Synced").status, ConditionStatus::no);
}

TEST(Conditions, AMissingModelIsNamed) {
  auto facts = healthy();
  facts.model_exists = false;
  const json status = judged(facts, online());
  EXPECT_EQ(get(status, "ModelReady").reason, "ModelMissing");
  EXPECT_EQ(get(status, "ModelReady").message, "DeviceModel dimmer does not exist in the device's namespace");
  EXPECT_EQ(get(status, "Ready").reason, "ModelMissing");
  EXPECT_EQ(get(status, "Ready").status, ConditionStatus::no);
}

TEST(Conditions, ADeviceWithoutNodeOrModelSaysSo) {
  const json status = judged({}, {});
  EXPECT_EQ(get(status, "Synced").reason, "NoNode");
  EXPECT_EQ(get(status, "ModelReady").reason, "ModelMissing");
  EXPECT_EQ(get(status, "Ready").reason, "NoNode");
  EXPECT_EQ(get(status, "Reachable").type, "absent");
}

TEST(Conditions, ASilentNodeMakesItsDevicesUnknownAndKeepsTheValues) {
  json status = online();
  status["values"] = "power=ON";
  status = judged(healthy(), status);
  auto facts = healthy();
  facts.presence = Presence::waiting;
  EXPECT_EQ(get(judged(facts, status), "Reachable").status, ConditionStatus::yes) << "within the grace";
  facts.presence = Presence::gone;
  const json gone = judged(facts, status);
  EXPECT_EQ(get(gone, "Reachable").status, ConditionStatus::unknown);
  EXPECT_EQ(get(gone, "Reachable").reason, "NodeGone");
  EXPECT_EQ(get(gone, "Ready").status, ConditionStatus::unknown);
  EXPECT_EQ(gone["values"], "power=ON");
  EXPECT_EQ(get(judged(healthy(), gone), "Reachable").status, ConditionStatus::yes);
}

TEST(Conditions, ANodeMaySayThatADeviceCannotBeReached) {
  json status = online();
  report(status, "Reachable", ConditionStatus::no, "NoAnswer");
  status = judged(healthy(), status);
  EXPECT_EQ(get(status, "Reachable").reason, "NoAnswer");
  EXPECT_EQ(get(status, "Ready").reason, "NoAnswer");
}

TEST(Conditions, ReadyFollowsMapperAndState) {
  json status = online();
  report(status, "MapperReady", ConditionStatus::no, "MapperMissing");
  EXPECT_EQ(get(judged(healthy(), status), "Ready").reason, "MapperMissing");
  EXPECT_EQ(get(judged(healthy(), {{"state", "offline"}}), "Ready").status, ConditionStatus::no);
  EXPECT_EQ(get(judged(healthy(), json::object()), "Ready").status, ConditionStatus::unknown);
  EXPECT_EQ(get(judged(healthy(), online()), "Ready").status, ConditionStatus::yes)
      << "stock: no MapperReady";
}

TEST(Conditions, TheTransitionTimeChangesWithTheStatusAlone) {
  json status;
  std::vector<Condition> transitions;
  put_condition(status, {"A", ConditionStatus::no, "One", "first", {}}, at_second(0), transitions);
  put_condition(status, {"A", ConditionStatus::no, "Two", "second", {}}, at_second(60), transitions);
  EXPECT_EQ(transitions.size(), 1U);
  EXPECT_EQ(get(status, "A").last_transition, at_second(0));
  EXPECT_EQ(get(status, "A").reason, "Two");
  put_condition(status, {"A", ConditionStatus::yes, "Three", "third", {}}, at_second(90), transitions);
  EXPECT_EQ(transitions.size(), 2U);
  EXPECT_EQ(get(status, "A").last_transition, at_second(90));
  EXPECT_EQ(status["conditions"].size(), 1U);
}

}  // namespace
}  // namespace hearth::controller
