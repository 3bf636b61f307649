// SPDX-License-Identifier: Apache-2.0
#include "host/mapper/device_runtime.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sdk/wire/twin_document.hpp"
#include "tests/support/loop.hpp"

namespace hearth::runtime {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::Field;
using wire::ConditionStatus;

const DeviceId kLamp{"default", "lamp"};

device::DeviceModel model(const std::string& protocol) {
  const json object{
      {"metadata", {{"name", "lamps"}}},
      {"spec", {{"protocol", protocol}, {"properties", {{{"name", "power"}, {"type", "STRING"}}}}}}};
  return device::parse_device_model(object).value();
}

device::Device lamp(const std::string& uid, const json& visitor = json::object(), bool report = true,
                    const json& protocol = json::object()) {
  const json property{{"name", "power"},
                      {"collectCycle", 20},
                      {"reportToCloud", report},
                      {"visitors", {{"configData", visitor}}}};
  const json object{{"metadata", {{"name", "lamp"}, {"uid", uid}}},
                    {"spec",
                     {{"deviceModelRef", {{"name", "lamps"}}},
                      {"protocol", {{"configData", protocol}}},
                      {"properties", json::array({property})}}}};
  return device::parse_device(object).value();
}

class Runtime : public testing::Test {
 protected:
  Runtime() {
    catalogue_.rescan();
    Outputs outputs;
    outputs.publish = [this](const std::string& topic, const std::string& payload) {
      const auto document = json::parse(payload);
      if (topic.ends_with("state/update")) states_.push_back(document.at("state").get<std::string>());
      if (topic.ends_with("twin/update"))
        values_.push_back(document.at("twin").at("power").at("actual").at("value").get<std::string>());
    };
    outputs.conditions = [this](const DeviceId&, std::vector<wire::Condition> conditions) {
      conditions_ = std::move(conditions);
    };
    outputs.want_delta = [](const DeviceId&) {};
    outputs.still_wanted = [this](const DeviceId&, const std::string&, const std::string& value) {
      return value != unwanted_;
    };
    RuntimeOptions options;
    options.call_deadline = std::chrono::milliseconds(200);
    runtime_ = std::make_unique<DeviceRuntime>(io_, workers_, catalogue_, std::move(options),
                                               std::move(outputs), metrics_, trace_);
  }
  void TearDown() override {
    EXPECT_TRUE(test::run(io_, runtime_->stop()));
    workers_.join();
  }

  bool until(const std::function<bool()>& condition) { return test::run_until(io_, condition); }
  bool until_reason(const std::string& reason) {
    return until([&] { return !conditions_.empty() && conditions_[0].reason == reason; });
  }
  bool until_reported(const std::string& value) {
    return until([&] { return !values_.empty() && values_.back() == value; });
  }
  void want(const std::string& property, const std::string& value) {
    runtime_->handle_delta(kLamp, json{{"delta", {{property, value}}}}.dump());
  }
  bool metrics_hold(const std::string& line) const { return metrics_.text().find(line) != std::string::npos; }

  // In this order: what waits in io_ holds strands of the workers.
  Workers workers_{2};
  boost::asio::io_context io_;
  Metrics metrics_;
  Trace trace_;
  plugin::Catalogue catalogue_{{HEARTH_TEST_MAPPERS, HEARTH_BUILT_MAPPERS}};
  std::unique_ptr<DeviceRuntime> runtime_;
  std::string unwanted_;
  std::vector<std::string> states_;
  std::vector<std::string> values_;
  std::vector<wire::Condition> conditions_;
};

TEST_F(Runtime, ReadsADeviceAndWritesWhatIsDesired) {
  const auto lamps = model("virtual");
  runtime_->device_changed(lamp("u1"), &lamps);
  ASSERT_TRUE(until_reported(""));
  EXPECT_TRUE(until_reason("Online"));
  want("power", "ON");
  EXPECT_TRUE(until_reported("ON"));
  EXPECT_THAT(states_, ElementsAre("online"));
}

TEST_F(Runtime, WritesOnlyWhatIsStillWantedWhenItsTurnComes) {
  const auto lamps = model("virtual");
  unwanted_ = "ON";
  runtime_->device_changed(lamp("u1"), &lamps);
  ASSERT_TRUE(until_reported(""));
  want("power", "ON");
  want("power", "DIM");
  EXPECT_TRUE(until_reported("DIM"));
  want("power", "ON");
  unwanted_.clear();
  want("power", "BRIGHT");
  EXPECT_TRUE(until_reported("BRIGHT"));
  EXPECT_THAT(values_, ::testing::Not(::testing::Contains("ON")));
}

TEST_F(Runtime, ServesADeviceOnceItsManifestNamesNoUnknownPropertyAnyMore) {
  const auto lamps = model("virtual");
  auto wrong = lamp("u1");
  wrong.properties.push_back({.name = "colour"});
  runtime_->device_changed(wrong, &lamps);
  ASSERT_TRUE(until_reason("ConfigInvalid"));
  runtime_->device_changed(lamp("u1"), &lamps);
  EXPECT_TRUE(until_reason("Online"));
}

TEST_F(Runtime, SaysThatAMapperIsMissingAndTheDeviceOffline) {
  const auto lamps = model("carrier-pigeon");
  runtime_->device_changed(lamp("u1"), &lamps);
  EXPECT_TRUE(until_reason("MapperMissing"));
  EXPECT_THAT(states_, ElementsAre("offline"));
}

TEST_F(Runtime, OpensANewDeviceOfAnOldNameOnlyWhenTheOldOneIsClosed) {
  const auto lamps = model("virtual");
  runtime_->device_changed(lamp("u1", {{"latencyMs", 100}}), &lamps);
  ASSERT_TRUE(until([this] { return !states_.empty(); }));
  runtime_->device_removed(kLamp);
  runtime_->device_changed(lamp("u2"), &lamps);
  ASSERT_TRUE(until([this] { return states_.size() == 3; }));
  EXPECT_THAT(states_, ElementsAre("online", "offline", "online"));
}

TEST_F(Runtime, SaysThatAMapperHangsAndThatItIsBack) {
  const auto lamps = model("probe");
  runtime_->device_changed(lamp("u1", json::object(), true, {{"sleepMs", 800}}), &lamps);
  ASSERT_TRUE(until_reason("BusStuck"));
  EXPECT_EQ(conditions_[0].status, ConditionStatus::no);
  EXPECT_TRUE(until_reason("Online"));
  EXPECT_EQ(conditions_[0].status, ConditionStatus::yes);
}

TEST_F(Runtime, ForgetsASuccessorThatIsRemovedToo) {
  const auto lamps = model("virtual");
  runtime_->device_changed(lamp("u1"), &lamps);
  ASSERT_TRUE(until_reason("Online"));
  runtime_->device_removed(kLamp);
  runtime_->device_changed(lamp("u2"), &lamps);
  runtime_->device_removed(kLamp);
  EXPECT_TRUE(test::run(io_, runtime_->stop()));
  EXPECT_THAT(states_, ElementsAre("online", "offline"));
}

TEST_F(Runtime, CountsDeltasThatAreNone) {
  const auto lamps = model("virtual");
  runtime_->device_changed(lamp("u1"), &lamps);
  for (const auto* text : {"", "{", "[]", "{}", R"({"delta":7})", R"({"delta":{"power":{}}})"})
    runtime_->handle_delta(kLamp, text);
  EXPECT_TRUE(metrics_hold("hearth_runtime_malformed_total 6"));
  EXPECT_TRUE(until_reason("Online"));
}

TEST_F(Runtime, TellsOfTheBrokerBesideTheMapper) {
  const auto lamps = model("virtual");
  runtime_->device_changed(lamp("u1"), &lamps);
  ASSERT_TRUE(until_reason("Online"));
  EXPECT_THAT(conditions_, ElementsAre(Field(&wire::Condition::type, "MapperReady")));
  runtime_->broker_changed(false, "BrokerAway", "no broker");
  ASSERT_EQ(conditions_.size(), 2u);
  EXPECT_EQ(conditions_[0].reason, "Online");
  EXPECT_EQ(conditions_[1].type, "BrokerReachable");
  EXPECT_EQ(conditions_[1].status, ConditionStatus::no);
  runtime_->broker_changed(true, "Connected", "the broker is there");
  EXPECT_EQ(conditions_[1].status, ConditionStatus::yes);
}

TEST_F(Runtime, SlowsDownAtADeviceThatAcceptsAndDoesNotChange) {
  const auto lamps = model("probe");
  runtime_->device_changed(lamp("u1"), &lamps);
  ASSERT_TRUE(until_reported("value"));
  want("power", "ON");
  ASSERT_TRUE(until([this] { return metrics_hold("hearth_mapper_writes_total 1"); }));
  const auto reads = [this](int count) {
    const auto& text = metrics_.text();
    const auto at = text.find("\nhearth_mapper_reads_total ");
    return at != text.npos && std::stoi(text.substr(text.find(' ', at + 1))) >= count;
  };
  for (int count = 5; count < 15; ++count) {
    want("power", "ON");
    ASSERT_TRUE(until([&] { return reads(count); }));
  }
  EXPECT_TRUE(metrics_hold("hearth_mapper_writes_total 1"));
}

TEST_F(Runtime, LeavesADeviceAloneThatShowsWhatIsDesiredThoughTheTwinDoesNotKnow) {
  const auto lamps = model("virtual");
  runtime_->device_changed(lamp("u1", {{"initial", "ON"}}, false), &lamps);
  ASSERT_TRUE(until_reason("Online"));
  ASSERT_TRUE(until([this] { return !metrics_hold("hearth_mapper_reads_total 0"); }));
  want("power", "ON");
  want("nonsense", "ON");
  want("power", "OFF");
  ASSERT_TRUE(until([this] { return metrics_hold("hearth_mapper_writes_total 1"); }));
  EXPECT_TRUE(values_.empty()) << "reportToCloud is off";
}

}  // namespace
}  // namespace hearth::runtime
