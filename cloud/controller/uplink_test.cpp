// SPDX-License-Identifier: Apache-2.0
#include "cloud/controller/uplink.hpp"

#include <gtest/gtest.h>

#include "cloud/controller/test_objects.hpp"
#include "sdk/wire/condition.hpp"

namespace hearth::controller {
namespace {

using nlohmann::json;
using testing::device_object;

class UplinkTest : public ::testing::Test {
 protected:
  struct Read : NodeReport, Judgement {
    using Judgement::why;
  };
  Read read(const std::string& resource, json content, const std::string& node = "edge-1",
            const std::string& operation = "update") {
    const auto message = wire::make_message({"twin", "resource", operation, resource}, std::move(content), 1);
    auto report = read_report(message);
    auto judgement = judge(report, node, report.device == lamp_->id ? &*lamp_ : nullptr);
    return {std::move(report), std::move(judgement)};
  }
  static int code(const Judgement& judgement) {
    const auto content = refusal(judgement);
    if (!content) return 0;
    EXPECT_FALSE(content->at("message").get<std::string>().empty());
    return content->at("code").get<int>();
  }

  std::optional<DeviceObject> lamp_ = read_device(device_object());
};

const json kTwin = json::parse(R"({"event_id":"e1","timestamp":5,"twin":{
  "power":{"actual":{"value":"ON","metadata":{"timestamp":7}},"expected":{"value":"ON","metadata":{"timestamp":6}},
           "metadata":{"type":"string"}},
  "brightness":{"actual":{"value":"40","metadata":{"timestamp":7}}}}})");

TEST_F(UplinkTest, ReadsTwins) {
  const auto report = read("device/default/lamp/twin/edge_updated", kTwin);
  ASSERT_EQ(report.verdict, Verdict::take) << report.why;
  EXPECT_EQ(report.event_id, "e1");
  EXPECT_EQ(report.text, "brightness=40,power=ON");
  EXPECT_EQ(report.change.twins.at("power").reported->timestamp, 7);
  EXPECT_EQ(report.change.twins.at("power").desired->value, "ON");
  EXPECT_FALSE(report.change.twins.at("brightness").desired);
}

TEST_F(UplinkTest, ReadsTheIdOfKubeEdgeUpTo116AndTheNodePrefix) {
  EXPECT_EQ(read("device/lamp/twin/edge_updated", kTwin).verdict, Verdict::take);
  EXPECT_EQ(read("node/edge-1/device/default/lamp/twin/edge_updated", kTwin).verdict, Verdict::take);
}

TEST_F(UplinkTest, ReadsAStateInAString) {
  const auto report = read(
      "device/default/lamp/state/update",
      R"({"event_id":"e2","device":{"name":"lamp","state":"online","lastOnlineTime":"2026-01-01T00:00:05Z"}})");
  ASSERT_EQ(report.verdict, Verdict::take) << report.why;
  EXPECT_EQ(report.change.state, "online");
  EXPECT_EQ(report.change.last_online, "2026-01-01T00:00:05Z");
  EXPECT_EQ(report.event_id, "e2");
}

TEST_F(UplinkTest, ReadsConditionsButNotTheControllersOwn) {
  const auto content = wire::conditions_report(
      1, "uid-lamp",
      {{"MapperReady", wire::ConditionStatus::no, "MapperMissing", "no mapper serves modbus", {}},
       {"Synced", wire::ConditionStatus::yes, "Forged", "", {}}});
  const auto report = read("device/default/lamp/conditions/update", content);
  ASSERT_EQ(report.verdict, Verdict::take) << report.why;
  EXPECT_EQ(report.change.conditions.size(), 1U);
  EXPECT_EQ(report.change.conditions.at("MapperReady").reason, "MapperMissing");
}

TEST_F(UplinkTest, DropsConditionsOfADeletedNamesake) {
  const auto content = wire::conditions_report(1, "uid-old", {});
  const auto report = read("device/default/lamp/conditions/update", content);
  EXPECT_EQ(report.verdict, Verdict::old_device);
  EXPECT_EQ(code(report), 409);
}

TEST_F(UplinkTest, DropsTwinsAndStatesOfADeletedNamesake) {
  json twin = kTwin;
  twin["device_uid"] = "uid-old";
  EXPECT_EQ(code(read("device/default/lamp/twin/edge_updated", twin)), 409);
  twin["device_uid"] = "uid-lamp";
  EXPECT_EQ(read("device/default/lamp/twin/edge_updated", twin).verdict, Verdict::take);
  const auto state = R"({"device_uid":"uid-old","device":{"name":"lamp","state":"online"}})";
  EXPECT_EQ(code(read("device/default/lamp/state/update", state)), 409);
}

TEST_F(UplinkTest, AnswersReportsOfDevicesThatDoNotExist) {
  const auto report = read("device/default/ghost/twin/edge_updated", kTwin);
  EXPECT_EQ(report.verdict, Verdict::unknown_device);
  EXPECT_EQ(
      refusal(report),
      (json{{"code", 404}, {"reason", "UnknownDevice"}, {"message", "there is no device default/ghost"}}));
}

TEST_F(UplinkTest, LetsANodeSpeakOnlyForItsOwnDevices) {
  const auto report = read("device/default/lamp/twin/edge_updated", kTwin, "edge-2");
  EXPECT_EQ(report.verdict, Verdict::foreign_device);
  EXPECT_EQ(code(report), 403);
}

TEST_F(UplinkTest, JudgesGarbage) {
  for (const char* text : {"null", "3", "[]", "{}", R"({"twin":3})", R"({"twin":{"power":4}})",
                           R"({"twin":{"power":{"actual":{"value":null}}}})", R"("{broken")", R"("")"}) {
    EXPECT_EQ(read("device/default/lamp/twin/edge_updated", json::parse(text)).verdict, Verdict::malformed)
        << text;
    EXPECT_EQ(read("device/default/lamp/state/update", json::parse(text)).verdict, Verdict::malformed)
        << text;
    EXPECT_EQ(read("device/default/lamp/conditions/update", json::parse(text)).verdict, Verdict::malformed)
        << text;
  }
  EXPECT_EQ(code(read("device/default/lamp/twin/edge_updated", kTwin, "edge-1", "delete")), 400);
  EXPECT_EQ(code(read("device/default/lamp/colour/update", {})), 400);
  EXPECT_EQ(code(read("device/default/lamp/twin/edge_updated", "OK", "edge-1", "response")), 0)
      << "answers are not answered";
  EXPECT_EQ(read("", {}).verdict, Verdict::not_a_report);
  EXPECT_EQ(read("default/pod/x", {}).verdict, Verdict::not_a_report);
}

TEST_F(UplinkTest, KeepsTheTextForTheTraceShort) {
  json twin = {{"event_id", "e"}, {"twin", json::object()}};
  for (int i = 0; i < 200; ++i)
    twin["twin"]["p" + std::to_string(i)] = {{"actual", {{"value", std::string(1000, 'x')}}}};
  const auto report = read("device/default/lamp/twin/edge_updated", twin);
  EXPECT_EQ(report.change.twins.size(), 200U);
  EXPECT_LT(report.text.size(), 700U);
  EXPECT_GT(size_of(report), 200'000U);
}

}  // namespace
}  // namespace hearth::controller
