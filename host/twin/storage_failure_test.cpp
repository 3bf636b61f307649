// SPDX-License-Identifier: Apache-2.0
// DeviceTwin on a disk that is slow, full or locked: control goes on, nothing is confirmed that is not stored, and all of
// it is stored in the end.
#include <gmock/gmock.h>

#include "host/twin/device_twin_fixture.hpp"

namespace hearth::twin::testing {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const Error kBusy = unavailable("StorageBusy", "the database is locked by another process");

class StorageFailure : public DeviceTwinTest {
 protected:
  std::size_t acks() const {
    std::size_t count = 0;
    for (const auto& message : sent_)
      count += message.route.operation == "response" ? 1 : 0;
    return count;
  }
  /// What another process would see: nothing of the memory of this one.
  json after_power_cut() {
    restart();
    return twin_now();
  }
  json storage_condition() const {
    const auto reports = sent_of("device/default/lamp/conditions/update");
    if (reports.empty()) return nullptr;
    for (const auto& condition : reports.back().content.at("conditions")) {
      if (condition.at("type") == "StorageHealthy") return condition;
    }
    return nullptr;
  }
  void confirm_all() {
    for (std::size_t i = 0; i < sent_.size(); ++i)
      confirm(std::string(sent_[i].header.msg_id));
  }
};

TEST_F(StorageFailure, ADesiredValueIsActedOnWhileTheDiskIsAtItAndAckedAfterwards) {
  link_up();
  writer_->hold();
  put_lamp("u1", 5, "ON");
  EXPECT_EQ(last("delta")["delta"], (json{{"power", "ON"}}));
  EXPECT_THAT(changed_, ElementsAre("default/lamp without model"));
  EXPECT_EQ(acks(), 0u);
  writer_->release();
  settle();
  EXPECT_EQ(acks(), 1u);
}

TEST_F(StorageFailure, AReportGoesUpWhileTheDiskIsAtItAndIsAnsweredAfterwards) {
  put_lamp("u1", 5, "");
  link_up();
  clear();
  writer_->hold();
  report("power", "ON");
  EXPECT_EQ(twin_reports().size(), 1u);
  EXPECT_THAT(published_, IsEmpty());
  writer_->release();
  settle();
  EXPECT_THAT(kinds(), ElementsAre("result", "document"));
}

TEST_F(StorageFailure, ADeltaDoesNotWaitLongForTheResultBeforeItAndComesOnce) {
  put_lamp("u1", 5, "");
  clear();
  writer_->hold();
  mqtt(kUpdate, {{"event_id", "e"}, {"twin", {{"power", {{"expected", {{"value", "ON"}}}}}}}});
  EXPECT_THAT(kinds(), IsEmpty());
  advance(300ms);
  EXPECT_THAT(kinds(), ElementsAre("delta"));
  writer_->release();
  settle();
  EXPECT_THAT(kinds(), ElementsAre("delta", "result", "document"));
}

TEST_F(StorageFailure, UpdatesThatComeDuringACommitAreStoredTogether) {
  put_lamp("u1", 5, "");
  writer_->hold();
  const auto before = writer_->writes();
  for (int i = 0; i < 50; ++i)
    report("power", std::to_string(i), std::to_string(i));
  EXPECT_EQ(writer_->writes(), before + 1);
  clear();
  writer_->release();
  settle();
  EXPECT_EQ(writer_->writes(), before + 2);
  std::vector<std::string> answered;
  for (const auto& message : published_)
    if (message.topic.ends_with("/result"))
      answered.push_back(message.payload["event_id"].get<std::string>());
  ASSERT_EQ(answered.size(), 50u);
  for (int i = 0; i < 50; ++i)
    EXPECT_EQ(answered[static_cast<std::size_t>(i)], std::to_string(i));
}

TEST_F(StorageFailure, AnUpdateIsAnswered500ButIsInForce) {
  put_lamp("u1", 5, "ON");
  clear();
  writer_->fail(kBusy);
  report("power", "OFF", "e2");
  EXPECT_THAT(kinds(), ElementsAre("result", "document", "delta"));
  EXPECT_EQ(published_[0].payload["code"], 500);
  EXPECT_EQ(published_[0].payload["event_id"], "e2");
  EXPECT_THAT(published_[0].payload["reason"].get<std::string>(), HasSubstr("locked by another process"));
  EXPECT_EQ(twin_now()["twin"]["power"]["actual"]["value"], "OFF");
  EXPECT_TRUE(metrics_hold("hearth_twin_storage_healthy 0"));
  EXPECT_TRUE(metrics_hold("hearth_twin_updates_total{result=\"failed\"} 1"));
}

TEST_F(StorageFailure, HealsByItselfAndStoresTheNewestOfEachRowOnce) {
  put_lamp("u1", 5, "");
  writer_->fail(kBusy);
  for (int i = 0; i < 100; ++i)
    report("power", std::to_string(i));
  EXPECT_TRUE(metrics_hold("hearth_twin_unstored_rows 1"));
  writer_->heal();
  const auto before = writer_->writes();
  advance(2s);
  EXPECT_EQ(writer_->writes(), before + 1);
  EXPECT_TRUE(metrics_hold("hearth_twin_storage_healthy 1"));
  EXPECT_EQ(after_power_cut()["twin"]["power"]["actual"]["value"], "99");
}

TEST_F(StorageFailure, IsTriedEverMoreRarely) {
  put_lamp("u1", 5, "");
  writer_->fail(kBusy);
  report("power", "1");
  const auto before = writer_->writes();
  advance(10min);
  EXPECT_LE(writer_->writes() - before, 30u);
  EXPECT_GE(writer_->writes() - before, 15u);
}

TEST_F(StorageFailure, IsAConditionOfEachDeviceWithItsReasonUntilItHeals) {
  link_up();
  put_lamp("u1", 5, "");
  writer_->fail({ErrorClass::exhausted, "DiskFull", "no space left for the database"});
  report("power", "1");
  EXPECT_EQ(storage_condition()["status"], "False");
  EXPECT_EQ(storage_condition()["reason"], "DiskFull");
  EXPECT_THAT(storage_condition()["message"].get<std::string>(), HasSubstr("no space left"));
  confirm_all();
  writer_->heal();
  advance(5s);
  EXPECT_EQ(storage_condition()["status"], "True");
}

TEST_F(StorageFailure, AcksADeviceOnlyWhenItIsStoredThoughItIsServedAtOnce) {
  link_up();
  writer_->fail(kBusy);
  put_lamp("u1", 5, "ON");
  EXPECT_EQ(twin_->device_count(), 1u);
  EXPECT_FALSE(last("delta").empty());
  put_lamp("u1", 5, "ON");  // the cloud sends again what is not acked
  EXPECT_EQ(acks(), 0u);
  writer_->heal();
  advance(2s);
  put_lamp("u1", 5, "ON");
  EXPECT_EQ(acks(), 1u);
  EXPECT_EQ(after_power_cut()["twin"]["power"]["expected"]["value"], "ON");
}

TEST_F(StorageFailure, WhatIsHeldAlreadyIsAckedOnlyAfterTheCommitUnderWay) {
  link_up();
  writer_->hold();
  put_lamp("u1", 5, "ON");
  put_lamp("u1", 5, "ON");
  EXPECT_EQ(acks(), 0u);
  writer_->release();
  settle();
  EXPECT_EQ(acks(), 2u);
}

TEST_F(StorageFailure, ADeviceRemovedMeanwhileIsNotBroughtBackByTheHealing) {
  put_lamp("u1", 5, "ON");
  writer_->fail(kBusy);
  report("power", "OFF");
  from_hub("delete", "default/device/lamp", {{"metadata", {{"uid", "u1"}}}});
  writer_->heal();
  advance(5s);
  EXPECT_EQ(after_power_cut()["code"], 404);
  EXPECT_EQ(twin_->device_count(), 0u);
}

TEST_F(StorageFailure, ADeviceRemovedDuringACommitStaysRemoved) {
  put_lamp("u1", 5, "ON");
  writer_->hold();
  report("power", "OFF");
  from_hub("delete", "default/device/lamp", {{"metadata", {{"uid", "u1"}}}});
  writer_->release();
  settle();
  EXPECT_EQ(after_power_cut()["code"], 404);
}

TEST_F(StorageFailure, ARecreatedDeviceInheritsNothingFromTheHealing) {
  put_lamp("u1", 5, "ON");
  report("power", "OFF");
  writer_->fail(kBusy);
  report("level", "7");
  put_lamp("u2", 9, "");
  writer_->heal();
  advance(5s);
  EXPECT_EQ(after_power_cut()["twin"], json::object());
  put_lamp("u2", 9, "");
  EXPECT_THAT(changed_, ElementsAre("default/lamp without model"));
}

TEST_F(StorageFailure, AStateIsAnswered500AndStoredLater) {
  put_lamp("u1", 5, "");
  clear();
  writer_->fail(kBusy);
  mqtt("$hw/events/device/default/lamp/state/update", {{"event_id", "s"}, {"state", "online"}});
  EXPECT_EQ(last("result")["code"], 500);
  writer_->heal();
  advance(2s);
  restart();
  mqtt("$hw/events/node/edge-1/membership/get", {{"event_id", "m"}});
  EXPECT_EQ(last("result")["devices"][0]["state"], "online");
}

TEST_F(StorageFailure, ModelsComeAndGoTheSameWay) {
  link_up();
  put_model(1);
  writer_->fail(kBusy);
  from_hub("delete", "default/devicemodel/lamps", {{"metadata", {{"uid", "m"}}}});
  put_lamp("u1", 5, "");
  EXPECT_EQ(changed_.back(), "default/lamp without model");
  writer_->heal();
  advance(5s);
  restart();
  EXPECT_THAT(changed_, ElementsAre("default/lamp without model"));
}

TEST_F(StorageFailure, TellsWhenAllIsOnDisk) {
  put_lamp("u1", 5, "");
  writer_->hold();
  report("power", "1");
  report("power", "2");
  bool stored = false;
  twin_->when_stored([&](const Result<void>& result) { stored = result.has_value(); });
  settle();
  EXPECT_FALSE(stored);
  writer_->release();
  settle();
  EXPECT_TRUE(stored);
}

}  // namespace
}  // namespace hearth::twin::testing
