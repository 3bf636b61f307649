// SPDX-License-Identifier: Apache-2.0
#include "host/twin/device_twin.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <gmock/gmock.h>

#include "host/twin/device_twin_fixture.hpp"

namespace hearth::twin::testing {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class DeviceTwinMqtt : public DeviceTwinTest {};

TEST_F(DeviceTwinMqtt, AnswersAnUpdateWithResultDocumentDeltaAndTheCloudLast) {
  put_model();
  put_lamp("u1", 5, "ON");
  link_up();
  clear();
  report("power", "OFF", "e7");
  EXPECT_THAT(kinds(), ElementsAre("result", "document", "delta"));
  EXPECT_EQ(last("result")["event_id"], "e7");
  EXPECT_EQ(last("result")["twin"]["power"]["actual"],
            (json{{"value", "OFF"}, {"metadata", {{"timestamp", 1'767'225'600'000}}}}));
  EXPECT_EQ(last("delta")["delta"], (json{{"power", "ON"}}));
  EXPECT_TRUE(metrics_hold("hearth_twin_updates_total{result=\"accepted\"} 1"));
}

TEST_F(DeviceTwinMqtt, HandsTheUpdateToTheCloudUnderItsEventIdAndTracesEachStep) {
  put_lamp("u1", 5, "");
  link_up();
  clear();
  report("power", "OFF", "e7");
  ASSERT_EQ(twin_reports().size(), 1u);
  const auto message = twin_reports()[0];
  EXPECT_EQ(message.route.source, "twin");
  EXPECT_EQ(message.route.group, "resource");
  EXPECT_EQ(message.route.operation, "update");
  EXPECT_TRUE(message.header.parent_msg_id.empty());
  EXPECT_EQ(message.content["event_id"], "e7");
  EXPECT_EQ(message.content["twin"]["power"]["actual"]["value"], "OFF");
  std::vector<int> steps;
  for (const auto& event : trace_.after(0, "default/lamp")) {
    steps.push_back(event.step);
    EXPECT_EQ(event.event_id, "e7");
    EXPECT_EQ(event.text, "power=OFF");
  }
  // It is on its way up while the disk is still at it.
  EXPECT_THAT(steps, ElementsAre(3, 5, 4));
}

TEST_F(DeviceTwinMqtt, TracesHowAnUpdateCameIfItIsTold) {
  put_lamp("u1", 5, "");
  const json update{{"event_id", "e7"}, {"twin", {{"power", {{"actual", {{"value", "OFF"}}}}}}}};
  twin_->handle_mqtt(kUpdate, update.dump(), "by pigeon");
  const auto events = trace_.after(0, "default/lamp");
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[0].step, 2);
  EXPECT_EQ(events[0].text, "by pigeon");
  EXPECT_EQ(events[0].event_id, "e7");
}

TEST_F(DeviceTwinMqtt, PublishesTheDeltasOfAllDevicesAgainWhenAsked) {
  put_model();
  put_lamp("u1", 5, "ON");
  clear();
  twin_->publish_deltas();
  EXPECT_THAT(kinds(), ElementsAre("delta"));
  report("power", "ON");
  clear();
  twin_->publish_deltas();
  EXPECT_THAT(kinds(), IsEmpty());
}

TEST_F(DeviceTwinMqtt, TracesALongValueCutBetweenCharacters) {
  put_lamp("u1", 5, "");
  std::string umlauts;
  for (int i = 0; i < 500; ++i)
    umlauts += "\xC3\xBC";
  report("label", umlauts);
  report("power", umlauts);
  const auto events = trace_.after(0, "default/lamp");
  ASSERT_EQ(events.size(), 4u);
  for (const auto& event : events) {
    EXPECT_LT(event.text.size(), 250u);
    EXPECT_NO_THROW(static_cast<void>(to_json(event).dump()));
  }
}

TEST_F(DeviceTwinMqtt, DoesNotWriteOrSendEqualValuesAgain) {
  put_lamp("u1", 5, "ON");
  link_up();
  report("power", "OFF");
  confirm(twin_reports().back().header.msg_id);
  clear();
  SQLite::Database watcher((folder_.path() / "twin.db").string());
  const int before = watcher.execAndGet("PRAGMA data_version").getInt();
  mqtt(kUpdate, {{"event_id", "e2"}, {"twin", {{"power", {{"actual", {{"value", "OFF"}}}}}}}});
  EXPECT_EQ(watcher.execAndGet("PRAGMA data_version").getInt(), before);
  EXPECT_THAT(kinds(), ElementsAre("result", "document", "delta"));
  EXPECT_THAT(sent_, IsEmpty());
  EXPECT_TRUE(metrics_hold("hearth_twin_updates_total{result=\"unchanged\"} 1"));
}

TEST_F(DeviceTwinMqtt, Answers404ForADeviceItDoesNotHave) {
  report("power", "ON", "e9");
  EXPECT_EQ(published_.at(0).topic, "$hw/events/device/default/lamp/twin/update/result");
  EXPECT_EQ(last("result")["code"], 404);
  EXPECT_EQ(last("result")["event_id"], "e9");
  EXPECT_EQ(twin_now()["code"], 404);
  mqtt("$hw/events/device/default/lamp/state/update", {{"state", "online"}});
  EXPECT_EQ(last("result")["code"], 404);
}

TEST_F(DeviceTwinMqtt, AnswersBrokenPayloadsOnTheDevicesOwnTopic) {
  put_lamp("u1", 5, "");
  clear();
  for (const auto* payload :
       {"", "{", "7", "[]", R"({"event_id":"b2"})", R"({"twin":{"k":{"actual":{}}}})", "\xff"}) {
    twin_->handle_mqtt(kUpdate, payload);
    EXPECT_EQ(published_.back().topic, "$hw/events/device/default/lamp/twin/update/result");
    EXPECT_EQ(published_.back().payload["code"], 400) << payload;
  }
  twin_->handle_mqtt(kUpdate, R"({"event_id":"b2","timestamp":1})");
  EXPECT_EQ(published_.back().payload["event_id"], "b2");
  twin_->handle_mqtt("$hw/events/device/default/lamp/twin/get", "[");
  EXPECT_EQ(published_.back().payload["code"], 400);
  twin_->handle_mqtt("$hw/events/device/default/lamp/state/update", R"({"event_id":"s","state":"sleeping"})");
  EXPECT_EQ(published_.back().payload["code"], 400);
  EXPECT_TRUE(metrics_hold("hearth_twin_malformed_total{kind=\"mqtt\"} 10"));
}

TEST_F(DeviceTwinMqtt, RefusesAValueThatDoesNotFitTheModel) {
  put_model();
  put_lamp("u1", 5, "");
  report("level", "many");
  EXPECT_EQ(last("result")["code"], 400);
  EXPECT_THAT(last("result")["reason"].get<std::string>(), HasSubstr("level"));
  EXPECT_EQ(twin_now()["twin"], json::object());
}

TEST_F(DeviceTwinMqtt, PassesOverItsOwnOutputsAndOtherTopics) {
  put_lamp("u1", 5, "ON");
  clear();
  for (const auto* topic :
       {"$hw/events/device/default/lamp/twin/update/result",
        "$hw/events/device/default/lamp/twin/update/delta",
        "$hw/events/device/default/lamp/twin/update/document",
        "$hw/events/device/default/lamp/twin/get/result",
        "$hw/events/device/default/lamp/state/update/result", "$hw/events/node/edge-1/membership/updated",
        "$hw/events/node/edge-2/membership/get", "$hw/events/device/default/lamp/twin/cloud_updated", "",
        "a//b"}) {
    twin_->handle_mqtt(topic, R"({"event_id":"x","twin":{"power":{"actual":{"value":"ON"}}}})");
  }
  settle();
  EXPECT_THAT(published_, IsEmpty());
}

TEST_F(DeviceTwinMqtt, AnswersInTheOrderOfTheRequests) {
  put_lamp("u1", 5, "");
  clear();
  for (int i = 0; i < 20; ++i) {
    twin_->handle_mqtt(kUpdate, json{{"event_id", std::to_string(i)},
                                     {"twin", {{"power", {{"actual", {{"value", std::to_string(i)}}}}}}}}
                                    .dump());
  }
  twin_->handle_mqtt("$hw/events/device/default/lamp/twin/get", "");
  settle();
  EXPECT_EQ(published_.back().payload["twin"]["power"]["actual"]["value"], "19");
  int next = 0;
  for (const auto& message : published_) {
    if (!message.topic.ends_with("update/result")) continue;
    EXPECT_EQ(message.payload["event_id"], std::to_string(next++));
  }
  EXPECT_EQ(next, 20);
}

TEST_F(DeviceTwinMqtt, KeepsTheStateAndTellsTheCloudOfChangesOnly) {
  put_lamp("u1", 5, "");
  link_up();
  const std::string topic = "$hw/events/device/default/lamp/state/update";
  mqtt(topic, {{"event_id", "s-1"}, {"state", "Online"}});
  EXPECT_EQ(last("result")["device"],
            (json{{"name", "lamp"}, {"state", "online"}, {"lastOnlineTime", "2026-01-01T00:00:00Z"}}));
  const auto reports = sent_of("device/default/lamp/state/update");
  ASSERT_EQ(reports.size(), 1u);
  EXPECT_TRUE(reports[0].content.is_string());
  EXPECT_EQ(wire::parse_state_report(*reports[0].document())->state, "online");
  confirm(reports[0].header.msg_id);
  mqtt(topic, {{"state", "online"}});
  EXPECT_EQ(sent_of("device/default/lamp/state/update").size(), 1u);
}

TEST_F(DeviceTwinMqtt, ListsItsDevices) {
  put_lamp("u1", 5, "");
  mqtt("$hw/events/node/edge-1/membership/get", {{"event_id", "m-1"}});
  EXPECT_EQ(published_.back().topic, "$hw/events/node/edge-1/membership/get/result");
  EXPECT_EQ(published_.back().payload["devices"],
            (json::array({{{"id", "default/lamp"}, {"name", "lamp"}}})));
}

}  // namespace
}  // namespace hearth::twin::testing
