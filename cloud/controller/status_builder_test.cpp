// SPDX-License-Identifier: Apache-2.0
#include "cloud/controller/status_builder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cloud/controller/test_objects.hpp"

namespace hearth::controller {
namespace {

using nlohmann::json;
using testing::at_second;
using testing::device_json;

constexpr std::int64_t kT0 = 1'767'225'600'000;

DeviceFacts healthy() {
  return {"edge-1", "dimmer", true, Delivery::delivered, 3, Presence::here, 3};
}

StatusChange report(const std::string& property, const std::string& value, std::int64_t time = kT0) {
  StatusChange change;
  change.twins[property] = {wire::TwinValue{value, time}, std::nullopt, "int"};
  change.judge = true;
  return change;
}

/// As an API with a merge patch does it.
json applied(json status, const StatusPatch& patch) {
  status.merge_patch(patch.body["status"]);
  return status;
}

json after(const json& status, const StatusChange& change, const DeviceFacts& facts = healthy(),
           int second = 0) {
  const auto patch = build_status_patch(device_json()["spec"], status, change, facts, at_second(second));
  return patch ? applied(status, *patch) : status;
}

TEST(StatusBuilder, WritesTwinsInTheOrderOfTheSpec) {
  auto change = report("brightness", "40");
  change.merge(report("power", "ON"));
  change.twins["power"].desired = wire::TwinValue{"ON", kT0 + 1};
  const json status = after({}, change);
  EXPECT_EQ(status["twins"], json::parse(R"([
    {"propertyName":"power",
     "reported":{"value":"ON","metadata":{"timestamp":"1767225600000","type":"int"}},
     "observedDesired":{"value":"ON","metadata":{"timestamp":"1767225600001","type":"int"}}},
    {"propertyName":"brightness",
     "reported":{"value":"40","metadata":{"timestamp":"1767225600000","type":"int"}}}])"));
  EXPECT_EQ(status["values"], "power=ON,brightness=40");
  EXPECT_EQ(status["observedGeneration"], 3);
}

TEST(StatusBuilder, KeepsTheOtherTwinsOfTheList) {
  const json status = after(after({}, report("power", "ON")), report("brightness", "41"));
  EXPECT_EQ(status["values"], "power=ON,brightness=41");
}

TEST(StatusBuilder, PassesOverPropertiesThatAreNotInTheSpec) {
  EXPECT_FALSE(after({}, report("colour", "red")).contains("twins"));
}

TEST(StatusBuilder, DropsTheTwinOfARemovedProperty) {
  json spec = device_json()["spec"];
  auto change = report("brightness", "40");
  change.merge(report("power", "ON"));
  json status = after({}, change);
  spec["properties"].erase(1);
  const auto patch = build_status_patch(spec, status, {}, healthy(), at_second(1));
  ASSERT_TRUE(patch);
  status = applied(status, *patch);
  EXPECT_EQ(status["twins"].size(), 1U);
  EXPECT_EQ(status["values"], "power=ON");
}

TEST(StatusBuilder, GivesNoPatchWhenNothingChanges) {
  const json status = after({}, report("power", "ON"));
  EXPECT_FALSE(
      build_status_patch(device_json()["spec"], status, report("power", "ON"), healthy(), at_second(5)));
  EXPECT_FALSE(build_status_patch(device_json()["spec"], status, {}, healthy(), at_second(500)));
}

TEST(StatusBuilder, WritesTheSameValueAgainOnlyWhenItsTimeMovedOn) {
  const json status = after({}, report("power", "ON"));
  const json spec = device_json()["spec"];
  EXPECT_FALSE(build_status_patch(spec, status, report("power", "ON", kT0 + 9'999), healthy(), at_second(0)));
  const auto patch =
      build_status_patch(spec, status, report("power", "ON", kT0 + 10'000), healthy(), at_second(0));
  ASSERT_TRUE(patch);
  EXPECT_EQ(patch->body["status"].size(), 1U) << "only the twins";
  EXPECT_TRUE(build_status_patch(spec, status, report("power", "OFF", kT0 + 1), healthy(), at_second(0)));
}

TEST(StatusBuilder, OrdersByArrivalNotByClock) {
  const json status = after(after({}, report("power", "ON", kT0 + 3'600'000)), report("power", "OFF", kT0));
  EXPECT_EQ(status["values"], "power=OFF");
}

TEST(StatusBuilder, WritesStateAndLastOnlineTime) {
  StatusChange change;
  change.state = "online";
  change.last_online = "2026-01-01T00:00:00Z";
  json status = after({}, change);
  EXPECT_EQ(status["state"], "online");
  EXPECT_EQ(status["lastOnlineTime"], "2026-01-01T00:00:00Z");
  change.last_online = "2026-01-01T00:00:03Z";
  EXPECT_EQ(after(status, change)["lastOnlineTime"], "2026-01-01T00:00:00Z");
  change.last_online = "2026-01-01T00:01:00Z";
  EXPECT_EQ(after(status, change)["lastOnlineTime"], "2026-01-01T00:01:00Z");
  change.last_online = "2026-11-23 11:39:16";
  EXPECT_EQ(after(status, change)["lastOnlineTime"], "2026-11-23 11:39:16") << "as KubeEdge 1.15 writes it";
}

TEST(StatusBuilder, SurvivesAStatusOfAnyShape) {
  for (const char* text :
       {"null", "3", "[]", R"({"twins":3,"conditions":7})", R"({"twins":[3,{"propertyName":5}]})",
        R"({"conditions":[1,{"type":4},{"type":"Ready"}],"values":[]})"}) {
    const json status = json::parse(text);
    std::optional<StatusPatch> patch;
    EXPECT_NO_THROW(
        patch = build_status_patch(device_json()["spec"], status, report("power", "ON"), healthy(), {}));
    ASSERT_TRUE(patch);
    EXPECT_EQ(patch->body["status"]["values"], "power=ON");
  }
  EXPECT_NO_THROW(build_status_patch({}, {}, report("power", "ON"), {}, {}));
  EXPECT_NO_THROW(build_status_patch(json::parse(R"({"properties":[1,{"name":2}]})"), {}, {}, {}, {}));
}

TEST(StatusChange, MergesTheNewestOverTheOlder) {
  auto change = report("power", "ON", 1);
  change.twins["power"].desired = wire::TwinValue{"OFF", 1};
  change.state = "offline";
  StatusChange newer = report("power", "OFF", 2);
  newer.state = "online";
  change.merge(newer);
  EXPECT_EQ(change.twins["power"].reported, (wire::TwinValue{"OFF", 2}));
  EXPECT_EQ(change.twins["power"].desired, (wire::TwinValue{"OFF", 1}));
  EXPECT_EQ(change.state, "online");
}

}  // namespace
}  // namespace hearth::controller
