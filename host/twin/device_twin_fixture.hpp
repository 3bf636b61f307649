// SPDX-License-Identifier: Apache-2.0
// A DeviceTwin on a real Storage in a temporary folder, with everything it puts out recorded.
// Thread: the test's.   Errors: a wait that ends without its condition fails the test.
#pragma once

#include <gtest/gtest.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "host/twin/device_twin.hpp"
#include "sdk/loop/asio_scheduler.hpp"
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
    store::StorageOptions options;
    options.file = folder_.path() / "twin.db";
    options.schema = DeviceTwin::schema();
    options.busy_timeout_ms = 1;
    storage_ = store::Storage::open(options).value();
    writer_ = std::make_unique<store::StorageWriter>(*storage_, io_.get_executor());
    Outputs outputs{[this](std::string topic, std::string payload) {
                      published_.push_back({std::move(topic), nlohmann::json::parse(payload)});
                    },
                    [this](wire::HubMessage message) {
                      if (link_) sent_.push_back(std::move(message));
                      return link_;
                    }};
    DeviceListener listener{[this](const device::Device& device, const device::DeviceModel* model) {
                              changed_.push_back(device.meta.id.str() + (model ? "" : " without model"));
                            },
                            [this](const DeviceId& id) { removed_.push_back(id.str()); }};
    twin_ = std::make_unique<DeviceTwin>(scheduler_, *writer_, DeviceTwinOptions{"edge-1", resend_}, outputs,
                                         listener, metrics_, trace_, [this] { return now_; });
    EXPECT_TRUE(twin_->load().has_value());
  }
  void stop() {
    twin_.reset();
    writer_.reset();
    storage_.reset();
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

  template <class Condition>
  void wait_until(Condition condition) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (!condition()) {
      ASSERT_LT(std::chrono::steady_clock::now(), deadline) << "waited in vain";
      io_.run_one_for(std::chrono::milliseconds(50));
    }
  }
  /// Until everything handed in so far is committed and answered: jobs and their completions keep their order.
  void settle() {
    for (int round = 0; round < 3; ++round) {
      bool done = false;
      storage_->write([](SQLite::Database&) {}, io_.get_executor(),
                      [&](const Result<void>&) { done = true; });
      wait_until([&] { return done; });
    }
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
  boost::asio::io_context io_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{io_.get_executor()};
  AsioScheduler scheduler_{io_.get_executor()};
  Metrics metrics_;
  WallTime now_ = from_unix_ms(1'767'225'600'000);
  Trace trace_{[this] { return now_; }};
  std::chrono::milliseconds resend_{60'000};
  bool link_ = false;
  std::unique_ptr<store::Storage> storage_;
  std::unique_ptr<store::StorageWriter> writer_;
  std::unique_ptr<DeviceTwin> twin_;
  std::vector<Published> published_;
  std::vector<wire::HubMessage> sent_;
  std::vector<std::string> changed_;
  std::vector<std::string> removed_;
};

}  // namespace hearth::twin::testing
