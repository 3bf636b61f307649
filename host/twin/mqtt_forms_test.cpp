// SPDX-License-Identifier: Apache-2.0
// The forms of topics and payloads on MQTT: old mappers, odd names, and what no local client may say.
#include <gmock/gmock.h>

#include "host/twin/device_twin_fixture.hpp"

namespace hearth::twin::testing {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

json device_named(const std::string& ns, const std::string& name, const std::string& desired = "") {
  auto object = device_object("uid-of-" + ns + "-" + name, 5, desired);
  object["metadata"]["namespace"] = ns;
  object["metadata"]["name"] = name;
  return object;
}

class MqttForms : public DeviceTwinTest {
 protected:
  void put(const std::string& ns, const std::string& name, const std::string& desired = "") {
    from_hub("insert", ns + "/device/" + name, device_named(ns, name, desired));
  }
  static json actual(const std::string& value) {
    return {{"event_id", "e"}, {"twin", {{"power", {{"actual", {{"value", value}}}}}}}};
  }
  std::vector<std::string> topics() const {
    std::vector<std::string> topics;
    for (const auto& message : published_)
      topics.push_back(message.topic);
    return topics;
  }
};

TEST_F(MqttForms, NamespacesAndNamesThatStandInTheTopicsThemselvesWork) {
  for (const char* ns : {"dev", "event", "device", "volume", "hw", "e"}) {
    for (const char* name : {"membership", "twin", "state", "lamp"}) {
      const auto base = std::string("$hw/events/device/") + ns + "/" + name;
      put(ns, name);
      clear();
      mqtt(base + "/twin/update", actual("1"));
      EXPECT_THAT(topics(), ElementsAre(base + "/twin/update/result", base + "/twin/update/document"));
      EXPECT_EQ(last("result")["twin"]["power"]["actual"]["value"], "1");
      mqtt(base + "/twin/get", {{"event_id", "g"}});
      EXPECT_EQ(last("result")["twin"]["power"]["actual"]["value"], "1");
      mqtt(base + "/state/update", {{"event_id", "s"}, {"state", "ok"}});
      EXPECT_EQ(published_.back().topic, base + "/state/update/result");
      EXPECT_EQ(last("result")["device"]["state"], "ok");
    }
  }
}

TEST_F(MqttForms, OneNameInTwoNamespacesIsTwoDevices) {
  put("default", "lamp");
  put("other", "lamp");
  mqtt("$hw/events/device/default/lamp/twin/update", actual("1"));
  mqtt("$hw/events/device/other/lamp/twin/update", actual("2"));
  mqtt("$hw/events/device/default/lamp/twin/get", json::object());
  EXPECT_EQ(last("result")["twin"]["power"]["actual"]["value"], "1");
  from_hub("delete", "other/device/lamp", {{"metadata", {{"uid", "uid-of-other-lamp"}}}});
  EXPECT_EQ(last("updated")["removed_devices"][0]["id"], "other/lamp");
  mqtt("$hw/events/device/default/lamp/twin/update", actual("3"));
  EXPECT_EQ(last("result")["twin"]["power"]["actual"]["value"], "3");
}

TEST_F(MqttForms, AMapperOfOldIsAnsweredInItsOwnForm) {
  put("default", "lamp", "ON");
  clear();
  const std::string base = "$hw/events/device/lamp/";
  mqtt(base + "twin/update", actual("OFF"));
  EXPECT_EQ(topics()[0], base + "twin/update/result");
  EXPECT_EQ(published_[0].payload["twin"]["power"]["actual"]["value"], "OFF");
  EXPECT_THAT(topics(), ::testing::Contains(base + "twin/update/document"));
  EXPECT_THAT(topics(), ::testing::Contains(base + "twin/update/delta"));
  EXPECT_THAT(topics(), ::testing::Contains("$hw/events/device/default/lamp/twin/update/delta"));
  mqtt(base + "twin/get", {{"event_id", "g"}});
  EXPECT_EQ(published_.back().topic, base + "twin/get/result");
  mqtt(base + "state/update", {{"state", "online"}});
  EXPECT_EQ(published_.back().topic, base + "state/update/result");
  mqtt("$hw/events/device/no-such/twin/update", actual("1"));
  EXPECT_EQ(published_.back().topic, "$hw/events/device/no-such/twin/update/result");
  EXPECT_EQ(published_.back().payload["code"], 404);
}

TEST_F(MqttForms, AMapperOfOldHearsOfDesiredValuesOnceItHasSpoken) {
  put("default", "lamp");
  mqtt("$hw/events/device/lamp/state/update", {{"state", "online"}});
  clear();
  auto object = device_named("default", "lamp", "ON");
  object["metadata"]["resourceVersion"] = "6";
  from_hub("update", "default/device/lamp", object);
  EXPECT_THAT(topics(), ElementsAre("$hw/events/device/default/lamp/twin/update/document",
                                    "$hw/events/device/lamp/twin/update/document",
                                    "$hw/events/device/default/lamp/twin/update/delta",
                                    "$hw/events/device/lamp/twin/update/delta"));
}

TEST_F(MqttForms, NobodyOnTheBrokerPosesAsTheCloud) {
  put("default", "lamp");
  clear();
  const json update = {{"twin", {{"power", {{"expected", {{"value", "ON"}}}}}}}};
  mqtt("$hw/events/device/default/lamp/twin/cloud_updated", update);
  mqtt("$hw/events/device/lamp/twin/cloud_updated", update);
  EXPECT_THAT(published_, IsEmpty());
  EXPECT_TRUE(metrics_hold("hearth_twin_malformed_total{kind=\"cloud_updated\"} 2"));
  EXPECT_EQ(twin_now()["twin"], json::object());
}

TEST_F(MqttForms, AValueMayHave64KiBOfAnyUtf8ButNotMore) {
  put("default", "lamp");
  std::string value = "{\"ü\": <1> & 100 % \"}";
  while (value.size() <= 64 * 1024 - 2)
    value += "ü";
  mqtt(kUpdate, actual(value));
  EXPECT_EQ(last("result")["twin"]["power"]["actual"]["value"], value);
  mqtt(kUpdate, actual(std::string(64 * 1024 + 1, 'x')));
  EXPECT_EQ(last("result")["code"], 400);
}

TEST_F(MqttForms, NullOrMissingValuesAreErrorsOnTheDevicesOwnTopic) {
  put("default", "lamp");
  for (const char* side : {"expected", "actual"}) {
    for (const json& value : {json::object(), json{{"value", nullptr}}}) {
      clear();
      mqtt(kUpdate, {{"event_id", "e7"}, {"twin", {{"power", {{side, value}}}}}});
      ASSERT_EQ(published_.size(), 1u);
      EXPECT_EQ(published_[0].topic, std::string(kUpdate) + "/result");
      EXPECT_EQ(published_[0].payload["code"], 400);
      EXPECT_EQ(published_[0].payload["event_id"], "e7");
    }
  }
}

TEST_F(MqttForms, AStateThatIsNoneIsAnsweredRatherThanPassedOver) {
  put("default", "lamp");
  clear();
  mqtt("$hw/events/device/default/lamp/state/update", {{"event_id", "s-3"}, {"state", "sleeping"}});
  EXPECT_EQ(last("result")["code"], 400);
  EXPECT_EQ(last("result")["event_id"], "s-3");
  mqtt("$hw/events/device/default/no-such/state/update", {{"event_id", "s-4"}, {"state", "online"}});
  EXPECT_EQ(published_.back().topic, "$hw/events/device/default/no-such/state/update/result");
  EXPECT_EQ(last("result")["code"], 404);
}

TEST_F(MqttForms, AnEmptyTwinIsAcceptedWithNothingButAResult) {
  put("default", "lamp");
  clear();
  mqtt(kUpdate, {{"event_id", "b3"}, {"twin", json::object()}});
  EXPECT_THAT(kinds(), ElementsAre("result"));
  EXPECT_EQ(last("result")["twin"], json::object());
}

TEST_F(MqttForms, ClocksOfClientsOrderNothing) {
  put("default", "lamp");
  const auto at = [](const std::string& value, std::int64_t ms) {
    return json{{"timestamp", ms},
                {"twin", {{"power", {{"actual", {{"value", value}, {"metadata", {{"timestamp", ms}}}}}}}}}};
  };
  mqtt(kUpdate, at("late", 9'000'000'000'000));
  mqtt(kUpdate, at("later", 1));
  const auto held = twin_now()["twin"]["power"]["actual"];
  EXPECT_EQ(held["value"], "later");
  EXPECT_EQ(held["metadata"]["timestamp"], to_unix_ms(now_));
}

TEST_F(MqttForms, DescriptionsComeFromTheLabelAsInKubeEdge) {
  auto object = device_named("default", "lamp");
  object["metadata"]["labels"] = {{"description", "ceiling"}};
  from_hub("insert", "default/device/lamp", object);
  EXPECT_EQ(last("updated")["added_devices"][0]["description"], "ceiling");
  mqtt("$hw/events/node/edge-1/membership/get", {{"event_id", "m"}});
  EXPECT_EQ(last("result")["devices"][0]["description"], "ceiling");
  from_hub("delete", "default/device/lamp", {{"metadata", {{"uid", "uid-of-default-lamp"}}}});
  EXPECT_EQ(last("updated")["removed_devices"][0]["description"], "ceiling");
  EXPECT_TRUE(last("updated")["added_devices"].is_null());
}

}  // namespace
}  // namespace hearth::twin::testing
