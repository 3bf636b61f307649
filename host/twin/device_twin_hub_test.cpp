// SPDX-License-Identifier: Apache-2.0
// DeviceTwin towards the cloud: what comes down, what goes up, and what outlives a restart.
#include <gmock/gmock.h>

#include "host/twin/device_twin_fixture.hpp"

namespace hearth::twin::testing {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class DeviceTwinHub : public DeviceTwinTest {
 protected:
  std::vector<std::string> acked() const {
    std::vector<std::string> ids;
    for (const auto& message : sent_) {
      if (message.route.operation == "response") ids.push_back(message.header.parent_msg_id);
    }
    return ids;
  }
};

TEST_F(DeviceTwinHub, AcksADeviceAsAStockEdgeDoesAndTellsEverybody) {
  link_up();
  clear();
  put_model();
  from_hub("insert", "default/device/lamp", device_object("u1", 5, "ON"), "insert-1");
  ASSERT_EQ(acked().back(), "insert-1");
  const auto& ack = sent_.back();
  EXPECT_EQ(ack.route.source, "meta");
  EXPECT_EQ(ack.route.group, "resource");
  EXPECT_EQ(ack.route.resource, "default/device/lamp");
  EXPECT_EQ(ack.content, "OK");
  EXPECT_THAT(changed_, ElementsAre("default/lamp"));
  EXPECT_THAT(kinds(), ElementsAre("updated", "document", "delta"));
  EXPECT_EQ(last("updated")["added_devices"][0]["id"], "default/lamp");
  EXPECT_EQ(last("delta")["delta"], (json{{"power", "ON"}}));
  EXPECT_EQ(twin_->device_count(), 1u);
}

TEST_F(DeviceTwinHub, PublishesTheDeltaWhenTheDesiredValueChanges) {
  put_lamp("u1", 5, "ON");
  report("power", "ON");
  clear();
  put_lamp("u1", 6, "OFF");
  EXPECT_EQ(last("delta")["delta"], (json{{"power", "OFF"}}));
  EXPECT_EQ(changed_.size(), 1u);
  clear();
  put_lamp("u1", 7, "OFF");
  EXPECT_THAT(published_, IsEmpty());
  EXPECT_THAT(changed_, IsEmpty()) << "a new version with the same spec concerns nobody";
}

TEST_F(DeviceTwinHub, DropsAnOlderVersionButAcksIt) {
  link_up();
  put_lamp("u1", 9, "ON");
  clear();
  put_lamp("u1", 8, "OFF");
  EXPECT_EQ(acked().size(), 1u);
  EXPECT_THAT(published_, IsEmpty());
  EXPECT_EQ(twin_now()["twin"]["power"]["expected"]["value"], "ON");
  EXPECT_TRUE(metrics_hold("hearth_twin_dropped_total{reason=\"older\"} 1"));
}

TEST_F(DeviceTwinHub, ARecreatedDeviceInheritsNothing) {
  put_lamp("u1", 5, "");
  report("power", "OFF");
  report("level", "7");
  clear();
  put_lamp("u2", 9, "ON");
  EXPECT_THAT(removed_, ElementsAre("default/lamp"));
  EXPECT_THAT(changed_, ElementsAre("default/lamp without model"));
  const auto twin = twin_now()["twin"];
  EXPECT_EQ(twin.size(), 1u);
  EXPECT_FALSE(twin["power"].contains("actual"));
  restart();
  EXPECT_EQ(twin_now()["twin"].size(), 1u);
}

TEST_F(DeviceTwinHub, DropsTheLateDeleteOfTheDeviceThatWasThereBefore) {
  link_up();
  put_lamp("u2", 9, "ON");
  clear();
  from_hub("delete", "default/device/lamp",
           {{"metadata", {{"name", "lamp"}, {"namespace", "default"}, {"uid", "u1"}}}});
  EXPECT_EQ(twin_->device_count(), 1u);
  EXPECT_EQ(acked().size(), 1u);
  from_hub("delete", "default/device/lamp",
           {{"metadata", {{"name", "lamp"}, {"namespace", "default"}, {"uid", "u2"}}}});
  EXPECT_EQ(twin_->device_count(), 0u);
  EXPECT_THAT(removed_, ElementsAre("default/lamp"));
  EXPECT_EQ(last("updated")["removed_devices"][0]["id"], "default/lamp");
  restart();
  EXPECT_EQ(twin_->device_count(), 0u);
}

TEST_F(DeviceTwinHub, DropsALateMessageOfTheOldDeviceOnANewLinkToo) {
  put_lamp("u2", 9, "ON");
  link_up();
  put_lamp("u2", 9, "ON");
  put_lamp("u1", 5, "OFF");
  EXPECT_EQ(twin_now()["twin"]["power"]["expected"]["value"], "ON");
  EXPECT_THAT(removed_, IsEmpty());
}

TEST_F(DeviceTwinHub, ARestartKeepsDesiredReportedAndWhatTheCloudHasNotConfirmed) {
  put_model();
  put_lamp("u1", 5, "ON");
  report("power", "OFF");
  mqtt("$hw/events/device/default/lamp/state/update", {{"state", "online"}});
  restart();
  EXPECT_THAT(changed_, ElementsAre("default/lamp"));
  const auto twin = twin_now()["twin"];
  EXPECT_EQ(twin["power"]["expected"]["value"], "ON");
  EXPECT_EQ(twin["power"]["actual"]["value"], "OFF");
  EXPECT_EQ(twin["power"]["metadata"]["type"], "string");
  twin_->publish_delta(kLamp);
  EXPECT_EQ(last("delta")["delta"], (json{{"power", "ON"}}));
  link_up();
  ASSERT_EQ(twin_reports().size(), 1u);
  EXPECT_EQ(twin_reports()[0].content["twin"]["power"]["actual"]["value"], "OFF");
  EXPECT_EQ(sent_of("device/default/lamp/state/update").size(), 1u);
  put_lamp("u1", 4, "OLD");
  EXPECT_EQ(twin_now()["twin"]["power"]["expected"]["value"], "ON");
}

TEST_F(DeviceTwinHub, ANewLinkAsksForTheMembershipAndReportsEverythingOnce) {
  put_lamp("u1", 5, "");
  report("power", "OFF");
  link_up();
  ASSERT_EQ(sent_.size(), 2u);
  EXPECT_EQ(sent_[0].route.resource, "membership/detail");
  EXPECT_EQ(sent_[0].route.operation, "get");
  EXPECT_TRUE(sent_[0].content.is_string());
  confirm(twin_reports()[0].header.msg_id);
  EXPECT_TRUE(metrics_hold("hearth_twin_pending 0"));
  link_down();
  report("power", "ON");
  report("power", "OFF");
  report("power", "ON");
  clear();
  link_up();
  ASSERT_EQ(twin_reports().size(), 1u);
  EXPECT_EQ(twin_reports()[0].content["twin"]["power"]["actual"]["value"], "ON");
}

TEST_F(DeviceTwinHub, ReportsTheNewestValueOnceTheOneBeforeIsConfirmed) {
  put_lamp("u1", 5, "");
  link_up();
  report("power", "1", "e1");
  report("power", "2", "e2");
  report("power", "3", "e3");
  ASSERT_EQ(twin_reports().size(), 1u);
  confirm(twin_reports()[0].header.msg_id);
  ASSERT_EQ(twin_reports().size(), 2u);
  EXPECT_EQ(twin_reports()[1].content["twin"]["power"]["actual"]["value"], "3");
  EXPECT_EQ(twin_reports()[1].content["event_id"], "e3");
}

TEST_F(DeviceTwinHub, ReportsAgainWhatIsNotConfirmedInTime) {
  put_lamp("u1", 5, "");
  link_up();
  report("power", "1");
  advance(std::chrono::seconds(59));
  EXPECT_EQ(twin_reports().size(), 1u);
  advance(std::chrono::seconds(61));
  ASSERT_EQ(twin_reports().size(), 3u);
  const auto reports = twin_reports();
  EXPECT_NE(reports[0].header.msg_id, reports[1].header.msg_id);
}

TEST_F(DeviceTwinHub, TakesMembershipMessages) {
  const auto change = json::parse(
      R"({"event_id":"91dd","timestamp":1,"added_devices":[{"id":"room-1","name":"room-1","description":"first floor"}],)"
      R"("removed_devices":null})");
  from_hub("update", "membership", change);
  from_hub("update", "membership", change);
  EXPECT_EQ(twin_->device_count(), 1u);
  EXPECT_THAT(kinds(), ElementsAre("updated"));
  restart();
  mqtt("$hw/events/node/edge-1/membership/get", json::object());
  EXPECT_EQ(published_.back().payload["devices"][0]["description"], "first floor");
  from_hub("update", "membership",
           {{"added_devices", nullptr}, {"removed_devices", {{{"id", "default/room-1"}}}}});
  EXPECT_EQ(twin_->device_count(), 0u);
}

TEST_F(DeviceTwinHub, TheWholeListRemovesWhatItDoesNotNameButNotWhatCameFromAFolder) {
  put_lamp("u1", 5, "");
  auto local = device_object("", 0, "");
  local["metadata"] = {{"name", "shed"}, {"namespace", "default"}};
  twin_->apply(device::parse_device(local).value(), local);
  settle();
  EXPECT_THAT(twin_->local_devices(), ElementsAre(DeviceId{"default", "shed"}));
  from_hub("get", "membership/detail/result", {{"devices", {{{"id", "default/new"}}}}});
  EXPECT_EQ(twin_->device_count(), 2u);
  EXPECT_THAT(removed_, ElementsAre("default/lamp"));
}

TEST_F(DeviceTwinHub, AChangedModelConcernsItsDevices) {
  put_lamp("u1", 5, "");
  put_model(1);
  put_model(2);
  EXPECT_THAT(changed_, ElementsAre("default/lamp without model", "default/lamp"));
  from_hub("delete", "default/devicemodel/lamps", {{"metadata", {{"uid", "m"}}}});
  EXPECT_EQ(changed_.back(), "default/lamp without model");
}

TEST_F(DeviceTwinHub, AppliesAndRemovesManifestsOfAFolder) {
  auto object = device_object("", 0, "ON");
  object["metadata"].erase("resourceVersion");
  twin_->apply(device::parse_device(object).value(), object);
  settle();
  EXPECT_EQ(last("delta")["delta"], (json{{"power", "ON"}}));
  object["spec"]["properties"][0]["desired"]["value"] = "OFF";
  twin_->apply(device::parse_device(object).value(), object);
  settle();
  EXPECT_EQ(last("delta")["delta"], (json{{"power", "OFF"}}));
  twin_->remove_device(kLamp);
  settle();
  EXPECT_EQ(twin_->device_count(), 0u);
}

TEST_F(DeviceTwinHub, SendsConditionsToAHearthCloudOnly) {
  put_lamp("u1", 5, "");
  const wire::Condition ready{"Ready", wire::ConditionStatus::yes, "Reading", "The device answers.", now_};
  twin_->report_conditions(kLamp, {ready});
  link_up(false);
  EXPECT_THAT(sent_of("device/default/lamp/conditions/update"), IsEmpty());
  link_down();
  link_up(true);
  const auto reports = sent_of("device/default/lamp/conditions/update");
  ASSERT_EQ(reports.size(), 1u);
  const auto report = wire::parse_conditions_report(*reports[0].document());
  ASSERT_TRUE(report.has_value());
  EXPECT_EQ(report->device_uid, "u1");
  ASSERT_EQ(report->conditions.size(), 3u);
  EXPECT_EQ(report->conditions[0], ready);
  EXPECT_EQ(report->conditions[1].type, "StorageHealthy");
  EXPECT_EQ(report->conditions[1].status, wire::ConditionStatus::yes);
  EXPECT_EQ(report->conditions[2].type, "DesiredExpired");
  EXPECT_EQ(report->conditions[2].status, wire::ConditionStatus::no);
  twin_->report_conditions(kLamp, {ready});
  EXPECT_EQ(sent_of("device/default/lamp/conditions/update").size(), 1u);
}

TEST_F(DeviceTwinHub, SurvivesGarbageAndAcksObjectsItCannotUse) {
  link_up();
  clear();
  const std::vector<json> contents = {nullptr,
                                      7,
                                      "x",
                                      json::array(),
                                      json::object(),
                                      {{"metadata", 7}},
                                      {{"metadata", {{"uid", 7}}}},
                                      {{"spec", nullptr}},
                                      {{"added_devices", 7}},
                                      {{"devices", "all"}}};
  for (const auto& content : contents) {
    for (const auto* operation : {"insert", "update", "delete", "bogus", ""}) {
      for (const auto* resource :
           {"membership", "membership/detail/result", "default/device/lamp", "default/devicemodel/lamps",
            "device/default/lamp/twin/cloud_updated", "", "x/y"}) {
        wire::HubMessage message;
        message.header.msg_id = "g";
        message.route = {"devicecontroller", "resource", operation, resource};
        message.content = content;
        twin_->handle_hub(message);
      }
    }
  }
  settle();
  EXPECT_EQ(twin_->device_count(), 0u);
  // Every operation on the device and the model, and the three of a store on the two objects of no known kind.
  EXPECT_EQ(acked().size(), contents.size() * (5 * 2 + 3 * 2));
  put_lamp("u1", 5, "ON");
  EXPECT_EQ(twin_->device_count(), 1u);
}

TEST_F(DeviceTwinHub, AsksForItsMembersUntilTheLinkTakesIt) {
  twin_->link_up(true);
  EXPECT_TRUE(sent_.empty());
  link_ = true;
  advance(std::chrono::seconds(1));
  ASSERT_EQ(sent_of("membership/detail").size(), 1u);
  advance(std::chrono::seconds(5));
  EXPECT_EQ(sent_of("membership/detail").size(), 1u);
}

TEST_F(DeviceTwinHub, RefusesAnObjectUnderAnotherName) {
  link_up();
  from_hub("insert", "default/device/other", device_object("u1", 5, "ON"));
  EXPECT_EQ(twin_->device_count(), 0u);
}

TEST_F(DeviceTwinHub, PassesOverRowsThatItCannotRead) {
  put_lamp("u1", 5, "ON");
  ASSERT_TRUE(writer_
                  ->run([](SQLite::Database& db) {
                    db.exec("INSERT INTO meta VALUES ('default/device/x','device','{')");
                    db.exec("INSERT INTO meta VALUES ('y','other','{}')");
                    db.exec("INSERT INTO device (id, name) VALUES ('NOT A NAME','x')");
                    db.exec("UPDATE device_twin SET expected_meta='[', expected_version='x'");
                  })
                  .has_value());
  restart();
  EXPECT_EQ(twin_->device_count(), 1u);
  EXPECT_EQ(twin_now()["twin"]["power"]["expected"]["value"], "ON");
}

}  // namespace
}  // namespace hearth::twin::testing
