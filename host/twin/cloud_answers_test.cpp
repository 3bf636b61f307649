// SPDX-License-Identifier: Apache-2.0
// What is reported to a cloud, what is not sent twice, and what a refusal ends.
#include <gmock/gmock.h>

#include "host/twin/device_twin_fixture.hpp"
#include "sdk/wire/answer.hpp"

namespace hearth::twin::testing {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class CloudAnswers : public DeviceTwinTest {
 protected:
  void answer(const std::string& msg_id, const json& content) {
    wire::HubMessage message;
    message.header.parent_msg_id = msg_id;
    message.route = {"devicecontroller", "twin", "response", "twin"};
    message.content = content;
    twin_->handle_hub(message);
    settle();
  }
  void refuse(const std::string& msg_id, int code) {
    answer(msg_id, wire::print_answer({code, "NotFound", "there is no device default/lamp"}));
  }
  void confirm_all() {
    for (std::size_t i = 0; i < sent_.size(); ++i)
      confirm(std::string(sent_[i].header.msg_id));
  }
  /// The keys of each twin report.
  std::vector<std::string> reported() const {
    std::vector<std::string> reported;
    for (const auto& message : twin_reports()) {
      std::string keys;
      for (const auto& [key, entry] : message.content.at("twin").items())
        keys += (keys.empty() ? "" : ",") + key;
      reported.push_back(keys);
    }
    return reported;
  }
  void flap(bool hearth_peer = true) {
    link_down();
    sent_.clear();
    link_up(hearth_peer);
  }
};

TEST_F(CloudAnswers, ALinkFlapResendsNothingThatAHearthCloudHasConfirmed) {
  put_lamp("u1", 5, "");
  twin_->report_conditions(kLamp, {{"MapperReady", wire::ConditionStatus::yes, "Running", "It runs.", now_}});
  link_up();
  report("power", "ON");
  report("level", "7");
  mqtt("$hw/events/device/default/lamp/state/update", {{"state", "online"}});
  confirm_all();
  for (int i = 0; i < 1000; ++i)
    flap();
  ASSERT_EQ(sent_.size(), 1u);
  EXPECT_EQ(sent_[0].route.resource, "membership/detail");
}

TEST_F(CloudAnswers, AfterACutOnlyWhatChangedIsReportedInItsFinalForm) {
  put_lamp("u1", 5, "");
  link_up();
  report("power", "ON");
  report("level", "7");
  confirm_all();
  link_down();
  sent_.clear();
  for (int i = 0; i < 1000; ++i)
    report("level", std::to_string(i));
  link_up();
  EXPECT_THAT(reported(), ElementsAre("level"));
  EXPECT_EQ(twin_reports()[0].content["twin"]["level"]["actual"]["value"], "999");
}

TEST_F(CloudAnswers, AnUnconfirmedReportIsSentAgainOnTheNextLink) {
  put_lamp("u1", 5, "");
  link_up();
  report("power", "ON");
  flap();
  EXPECT_THAT(reported(), ElementsAre("power"));
}

TEST_F(CloudAnswers, AConfirmationOfAnOldValueDoesNotCountForTheNewOne) {
  put_lamp("u1", 5, "");
  link_up();
  report("power", "ON");
  report("power", "OFF");
  confirm(std::string(twin_reports()[0].header.msg_id));
  flap();
  EXPECT_EQ(twin_reports().at(0).content["twin"]["power"]["actual"]["value"], "OFF");
}

TEST_F(CloudAnswers, AStockCloudIsToldEverythingOnEachLink) {
  put_lamp("u1", 5, "");
  link_up(false);
  report("power", "ON");
  confirm_all();
  flap(false);
  EXPECT_THAT(reported(), ElementsAre("power"));
  confirm_all();
  flap(true);
  EXPECT_THAT(reported(), ElementsAre("power")) << "a stock cloud's word does not count for a Hearth cloud";
}

TEST_F(CloudAnswers, AfterARestartEverythingIsReportedOnce) {
  put_lamp("u1", 5, "");
  link_up();
  report("power", "ON");
  confirm_all();
  restart();
  link_up();
  EXPECT_THAT(reported(), ElementsAre("power"));
}

TEST_F(CloudAnswers, ACloudThatWasSetBackIsToldEverythingAgain) {
  put_lamp("u1", 5, "");
  link_up();
  report("power", "ON");
  confirm_all();
  flap();
  put_lamp("u1", 4, "");
  EXPECT_THAT(reported(), ElementsAre("power"));
  put_lamp("u1", 4, "");
  EXPECT_EQ(reported().size(), 1u) << "once a link";
}

TEST_F(CloudAnswers, ARefusalEndsWhatIsOwedOfTheDevice) {
  for (const int code : {403, 404, 409}) {
    put_lamp("u1", code, "");
    sent_.clear();
    link_up();
    report("power", std::to_string(code));
    report("level", std::to_string(code));
    mqtt("$hw/events/device/default/lamp/state/update", {{"state", code == 404 ? "online" : "offline"}});
    refuse(std::string(twin_reports().at(0).header.msg_id), code);
    sent_.clear();
    advance(10min);
    EXPECT_THAT(sent_, IsEmpty()) << code;
    EXPECT_TRUE(metrics_hold("hearth_twin_pending 0"));
    EXPECT_TRUE(metrics_hold("hearth_twin_refused_total{code=\"" + std::to_string(code) + "\"} 1"));
    link_down();
  }
}

TEST_F(CloudAnswers, AMalformedReportEndsOnlyItsOwnKeys) {
  put_lamp("u1", 5, "");
  link_up();
  report("power", "ON");
  report("level", "7");
  refuse(std::string(twin_reports().at(0).header.msg_id), 400);
  EXPECT_THAT(reported(), ElementsAre("power", "level"));
}

TEST_F(CloudAnswers, WhatWasRefusedIsOwedAgainWhenTheCloudSpeaksOfTheDevice) {
  put_lamp("u1", 5, "");
  link_up();
  report("power", "ON");
  refuse(std::string(twin_reports().at(0).header.msg_id), 404);
  sent_.clear();
  put_lamp("u1", 5, "");
  EXPECT_THAT(reported(), ElementsAre("power"));
}

TEST_F(CloudAnswers, ReportsNameTheUidToAHearthCloudOnly) {
  put_lamp("u1", 5, "");
  report("power", "ON");
  mqtt("$hw/events/device/default/lamp/state/update", {{"state", "online"}});
  const auto state = [this] {
    return json::parse(sent_of("device/default/lamp/state/update").at(0).content.get<std::string>());
  };
  link_up(true);
  EXPECT_EQ(twin_reports().at(0).content["device_uid"], "u1");
  EXPECT_EQ(state()["device_uid"], "u1");
  flap(false);
  EXPECT_FALSE(twin_reports().at(0).content.contains("device_uid"));
  EXPECT_FALSE(state().contains("device_uid"));
}

TEST_F(CloudAnswers, AnEqualValueIsReportedAgainAfterTheRefreshTimeWithoutAWrite) {
  put_lamp("u1", 5, "");
  link_up();
  report("power", "ON");
  confirm_all();
  sent_.clear();
  advance(options_.refresh - 1s);
  report("power", "ON");
  EXPECT_THAT(reported(), IsEmpty());
  advance(1s);
  const auto writes = writer_->writes();
  report("power", "ON");
  EXPECT_THAT(reported(), ElementsAre("power"));
  EXPECT_EQ(twin_reports()[0].content["twin"]["power"]["actual"]["metadata"]["timestamp"], to_unix_ms(now_));
  EXPECT_EQ(writer_->writes(), writes);
  confirm_all();
  report("power", "ON");
  EXPECT_EQ(reported().size(), 1u);
}

TEST_F(CloudAnswers, LateAnswersAboutARemovedDeviceDoNothing) {
  put_lamp("u1", 5, "");
  link_up();
  report("power", "ON");
  const std::string msg_id = twin_reports().at(0).header.msg_id;
  from_hub("delete", "default/device/lamp", {{"metadata", {{"uid", "u1"}}}});
  refuse(msg_id, 404);
  confirm(msg_id);
  put_lamp("u2", 9, "");
  report("power", "OFF");
  EXPECT_EQ(twin_reports().back().content["device_uid"], "u2");
}

}  // namespace
}  // namespace hearth::twin::testing
