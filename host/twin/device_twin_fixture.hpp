// SPDX-License-Identifier: Apache-2.0
// A DeviceTwin in a test's own time and on a database in a temporary folder, with everything it puts out recorded.
// Thread: the test's.   Errors: none.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "host/twin/device_twin.hpp"
#include "host/twin/manual_world.hpp"
#include "sdk/wire/twin_document.hpp"
#include "tests/support/temp_folder.hpp"

namespace hearth::twin::testing {

inline const DeviceId kLamp{"default", "lamp"};
inline constexpr const char* kUpdate = "$hw/events/device/default/lamp/twin/update";

inline nlohmann::json device_object(const std::string& uid, int version, const std::string& desired) {
  return {{"apiVersion", "devices.kubeedge.io/v1beta1"},
          {"kind", "Device"},
          {"metadata",
           {{"name", "lamp"},
            {"namespace", "default"},
            {"uid", uid},
            {"resourceVersion", std::to_string(version)}}},
          {"spec",
           {{"deviceModelRef", {{"name", "lamps"}}},
            {"nodeName", "edge-1"},
            {"properties", {{{"name", "power"}, {"desired", {{"value", desired}}}}, {{"name", "level"}}}}}}};
}

inline nlohmann::json model_object(int version) {
  return {{"apiVersion", "devices.kubeedge.io/v1beta1"},
          {"kind", "DeviceModel"},
          {"metadata",
           {{"name", "lamps"},
            {"namespace", "default"},
            {"uid", "m"},
            {"resourceVersion", std::to_string(version)}}},
          {"spec",
           {{"properties",
             {{{"name", "power"}, {"type", "STRING"}, {"accessMode", "ReadWrite"}},
              {{"name", "level"}, {"type", "INT"}, {"accessMode", "ReadWrite"}}}}}}};
}

inline DeviceTwinOptions make_options() {
  DeviceTwinOptions options;
  options.node_name = "edge-1";
  return options;
}

/// One published MQTT message.
struct Published {
  std::string topic;
  nlohmann::json payload;
};

class DeviceTwinTest : public ::testing::Test {
 protected:
  DeviceTwinTest() { start(); }
  ~DeviceTwinTest() override { stop(); }

  void start() {
    writer_ = std::make_unique<ManualWriter>(scheduler_, (folder_.path() / "twin.db").string(),
                                             DeviceTwin::schema());
    Outputs outputs{[this](std::string topic, std::string payload) {
                      published_.push_back({std::move(topic), nlohmann::json::parse(payload)});
                    },
                    [this](wire::HubMessage message) {
                      if (!message.printed_content.empty()) message.content = message.document().value();
                      if (link_) sent_.push_back(std::move(message));
                      return link_;
                    }};
    DeviceListener listener{[this](const device::Device& device, const device::DeviceModel* model) {
                              changed_.push_back(device.meta.id.str() + (model ? "" : " without model"));
                            },
                            [this](const DeviceId& id) { removed_.push_back(id.str()); }};
    twin_ = std::make_unique<DeviceTwin>(scheduler_, *writer_, options_, outputs, listener, metrics_, trace_,
                                         [this] { return now_; });
    EXPECT_TRUE(twin_->load().has_value());
  }
  void stop() {
    twin_.reset();
    writer_.reset();
  }
  void restart() {
    stop();
    clear();
    start();
  }
  void clear() {
    published_.clear();
    sent_.clear();
    changed_.clear();
    removed_.clear();
  }

  /// Until everything handed in so far is committed and answered.
  void settle() { scheduler_.run(); }
  /// Both clocks.
  void advance(std::chrono::milliseconds time) {
    now_ += time;
    scheduler_.advance(time);
  }

  void from_hub(const std::string& operation, const std::string& resource, const nlohmann::json& content,
                const std::string& msg_id = "down-1") {
    wire::HubMessage message;
    message.header.msg_id = msg_id;
    message.route = {"devicecontroller", "resource", operation, resource};
    message.content = content;
    twin_->handle_hub(message);
    settle();
  }
  void confirm(const std::string& msg_id) {
    wire::HubMessage message;
    message.header.parent_msg_id = msg_id;
    message.route = {"devicecontroller", "twin", "response", "twin"};
    message.content = "OK";
    twin_->handle_hub(message);
  }
  void put_model(int version = 1) { from_hub("insert", "default/devicemodel/lamps", model_object(version)); }
  void put_lamp(const std::string& uid, int version, const std::string& desired) {
    from_hub("update", "default/device/lamp", device_object(uid, version, desired));
  }
  void mqtt(const std::string& topic, const nlohmann::json& payload) {
    twin_->handle_mqtt(topic, payload.dump());
    settle();
  }
  void report(const std::string& key, const std::string& value, const std::string& event_id = "e1") {
    mqtt(kUpdate, {{"event_id", event_id}, {"twin", {{key, {{"actual", {{"value", value}}}}}}}});
  }
  nlohmann::json twin_now() {
    mqtt("$hw/events/device/default/lamp/twin/get", {{"event_id", "get"}});
    return published_.back().payload;
  }
  void link_up(bool hearth_peer = true) {
    link_ = true;
    twin_->link_up(hearth_peer);
  }
  void link_down() {
    link_ = false;
    twin_->link_down();
  }

  /// The last part of each topic published, in order.
  std::vector<std::string> kinds() const {
    std::vector<std::string> kinds;
    for (const auto& message : published_)
      kinds.push_back(message.topic.substr(message.topic.rfind('/') + 1));
    return kinds;
  }
  const nlohmann::json& last(const std::string& kind) const {
    for (auto message = published_.rbegin(); message != published_.rend(); ++message) {
      if (message->topic.ends_with("/" + kind)) return message->payload;
    }
    static const nlohmann::json none = nlohmann::json::object();
    return none;
  }
  std::vector<wire::HubMessage> sent_of(const std::string& resource) const {
    std::vector<wire::HubMessage> found;
    for (const auto& message : sent_) {
      if (message.route.resource == resource) found.push_back(message);
    }
    return found;
  }
  std::vector<wire::HubMessage> twin_reports() const {
    return sent_of("device/default/lamp/twin/edge_updated");
  }
  bool metrics_hold(const std::string& line) const { return metrics_.text().find(line) != std::string::npos; }

  test::TempFolder folder_;
  ManualScheduler scheduler_;
  Metrics metrics_;
  WallTime now_ = from_unix_ms(1'767'225'600'000);
  Trace trace_{[this] { return now_; }};
  DeviceTwinOptions options_ = make_options();
  bool link_ = false;
  std::unique_ptr<ManualWriter> writer_;
  std::unique_ptr<DeviceTwin> twin_;
  std::vector<Published> published_;
  std::vector<wire::HubMessage> sent_;
  std::vector<std::string> changed_;
  std::vector<std::string> removed_;
};

}  // namespace hearth::twin::testing
