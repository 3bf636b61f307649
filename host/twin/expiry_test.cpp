// SPDX-License-Identifier: Apache-2.0
// Desired values with an end, from the cloud's message to the mapper's delta and the cloud's condition.
#include <gmock/gmock.h>

#include "host/twin/device_twin_fixture.hpp"

namespace hearth::twin::testing {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using ::testing::HasSubstr;

class Expiry : public DeviceTwinTest {
 protected:
  void desire(int version, const std::string& value, const json& metadata) {
    auto object = device_object("u1", version, value);
    object["spec"]["properties"][0]["desired"]["metadata"] = metadata;
    from_hub("update", "default/device/lamp", object);
  }
  json delta_now() {
    clear();
    twin_->publish_delta(kLamp);
    return last("delta").value("delta", json::object());
  }
  json condition() const {
    const auto reports = sent_of("device/default/lamp/conditions/update");
    if (reports.empty()) return nullptr;
    for (const auto& entry : reports.back().content.at("conditions")) {
      if (entry.at("type") == "DesiredExpired") return entry;
    }
    return nullptr;
  }
  void confirm_all() {
    for (std::size_t i = 0; i < sent_.size(); ++i)
      confirm(std::string(sent_[i].header.msg_id));
  }
};

TEST_F(Expiry, TakesTheValueOutOfDeltaAndTwinAtItsTimeAndSaysSo) {
  link_up();
  desire(5, "ON", {{"ttl", "30s"}});
  EXPECT_EQ(last("delta")["delta"], (json{{"power", "ON"}}));
  confirm_all();
  clear();
  advance(29s);
  EXPECT_TRUE(published_.empty());
  advance(1s);
  EXPECT_EQ(last("document")["twin"]["power"]["last"]["expected"]["value"], "ON");
  EXPECT_FALSE(last("document")["twin"]["power"]["current"].contains("expected"));
  ASSERT_EQ(twin_reports().size(), 1u);
  EXPECT_FALSE(twin_reports()[0].content["twin"]["power"].contains("expected"));
  EXPECT_EQ(condition()["status"], "True");
  EXPECT_EQ(condition()["reason"], "Expired");
  EXPECT_THAT(condition()["message"].get<std::string>(), HasSubstr("power expired at 2026-01-01T00:00:30Z"));
  EXPECT_EQ(delta_now(), json::object());
  EXPECT_FALSE(twin_now()["twin"]["power"].contains("expected"));
}

TEST_F(Expiry, IsToldToMappersOfOutsideInTheDelta) {
  desire(5, "ON", {{"ttl", "30s"}});
  const auto metadata = last("delta")["twin"]["power"]["expected"]["metadata"];
  EXPECT_EQ(metadata["expiresAt"], "2026-01-01T00:00:30Z");
  EXPECT_TRUE(metadata["timestamp"].is_number());
  desire(6, "OFF", json::object());
  EXPECT_FALSE(last("delta")["twin"]["power"]["expected"]["metadata"].contains("expiresAt"));
}

TEST_F(Expiry, IsWantedUntilItsTimeIsOverOrAnotherValueIs) {
  desire(5, "ON", {{"ttl", "30s"}});
  EXPECT_TRUE(twin_->wants(kLamp, "power", "ON"));
  EXPECT_FALSE(twin_->wants(kLamp, "power", "OFF"));
  EXPECT_FALSE(twin_->wants(kLamp, "level", "ON"));
  EXPECT_FALSE(twin_->wants({"default", "other"}, "power", "ON"));
  advance(31s);
  EXPECT_FALSE(twin_->wants(kLamp, "power", "ON"));
  desire(6, "OFF", json::object());
  EXPECT_TRUE(twin_->wants(kLamp, "power", "OFF"));
}

TEST_F(Expiry, ConditionGoesWithANewValue) {
  link_up();
  desire(5, "ON", {{"expiresAt", "2026-01-01T00:00:30Z"}});
  advance(31s);
  confirm_all();
  desire(6, "ON", {{"expiresAt", "2026-01-01T00:01:30Z"}});
  EXPECT_EQ(condition()["status"], "False");
  EXPECT_EQ(last("delta")["delta"], (json{{"power", "ON"}}));
}

TEST_F(Expiry, SurvivesARestartWithTheTimeCountedFromTheFirstReceipt) {
  desire(5, "ON", {{"ttl", "60s"}});
  advance(40s);
  restart();
  EXPECT_EQ(delta_now(), (json{{"power", "ON"}}));
  advance(20s);
  EXPECT_EQ(delta_now(), json::object());
  restart();
  EXPECT_EQ(delta_now(), json::object());
  desire(5, "ON", {{"ttl", "60s"}});
  EXPECT_EQ(delta_now(), json::object()) << "the same object once more is no new wish";
}

TEST_F(Expiry, WhatExpiredWhileTheHostWasDownIsNeverInADelta) {
  desire(5, "ON", {{"ttl", "60s"}});
  stop();
  now_ += 2min;
  clear();
  start();
  EXPECT_EQ(delta_now(), json::object());
  link_up();
  confirm_all();
  EXPECT_TRUE(metrics_hold("hearth_twin_expired_total{carried_out=\"no\"} 1"));
}

TEST_F(Expiry, ABoardThatStartsIn1970RevivesNothingAndGoesOnCounting) {
  desire(5, "ON", {{"ttl", "60s"}});
  advance(10s);
  stop();
  now_ = from_unix_ms(0);
  start();
  EXPECT_EQ(delta_now(), (json{{"power", "ON"}}));
  advance(61s);
  EXPECT_EQ(delta_now(), json::object());
  restart();
  EXPECT_EQ(delta_now(), json::object());
}

TEST_F(Expiry, NoticesAClockThatIsSetWhileItWaits) {
  desire(5, "ON", {{"ttl", "1h"}});
  now_ += 2h;
  clear();
  scheduler_.advance(30s);
  EXPECT_FALSE(last("document").empty());
  EXPECT_EQ(delta_now(), json::object());
}

TEST_F(Expiry, ADatabaseOfBeforeThereWasAnExpiryIsRead) {
  put_lamp("u1", 5, "ON");
  ASSERT_TRUE(writer_
                  ->run([](SQLite::Database& db) {
                    db.exec("UPDATE device_twin SET expected_meta='{\"timestamp\":1767225600000}'");
                    db.exec("DELETE FROM meta WHERE type='hearth-time'");
                  })
                  .has_value());
  restart();
  advance(24h * 365);
  EXPECT_EQ(delta_now(), (json{{"power", "ON"}}));
}

TEST_F(Expiry, NonsenseInTheDatabaseEndsNothingElse) {
  desire(5, "ON", {{"ttl", "60s"}});
  for (const char* cell : {R"({"timestamp":1,"expiresAt":18446744073709551615})", R"({"expiresAt":"soon"})",
                           R"({"expiresAt":-5,"expired":7})", R"({"expired":"perhaps"})", "[]", "{"}) {
    ASSERT_TRUE(writer_
                    ->run([&](SQLite::Database& db) {
                      SQLite::Statement update(db, "UPDATE device_twin SET expected_meta=?");
                      update.bind(1, cell);
                      update.exec();
                      db.exec("UPDATE meta SET value='now' WHERE type='hearth-time'");
                    })
                    .has_value());
    restart();
    EXPECT_EQ(twin_->device_count(), 1u) << cell;
    advance(1s);
  }
}

TEST_F(Expiry, OfARemovedDeviceHappensNoMore) {
  desire(5, "ON", {{"ttl", "30s"}});
  from_hub("delete", "default/device/lamp", {{"metadata", {{"uid", "u1"}}}});
  clear();
  advance(1h);
  EXPECT_TRUE(published_.empty());
}

}  // namespace
}  // namespace hearth::twin::testing
