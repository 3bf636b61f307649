// SPDX-License-Identifier: Apache-2.0
// A ControllerCore between a small API and nodes that ack everything, under a clock that stands still until told.
// Thread: none.   Errors: none.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "cloud/controller/controller_core.hpp"
#include "cloud/controller/test_objects.hpp"

namespace hearth::controller::testing {

class CoreFixture : public ::testing::Test {
 protected:
  using json = nlohmann::json;

  CoreFixture() {
    core_.emplace([this] { return clock_wall(); }, options());
    core_->model_upsert(model_object());
  }

  ControllerOptions options() {
    ControllerOptions options;
    options.steady = [this] { return SteadyTime(std::chrono::hours(1)) + since_start_; };
    options.new_id = [this] { return "id-" + std::to_string(++ids_); };
    return options;
  }
  WallTime clock_wall() const { return at_second(0) + since_start_; }

  /// A write of the API, as the watch then shows it.
  void put(json object) {
    const std::string key = key_of(object);
    object["metadata"]["resourceVersion"] = std::to_string(++version_);
    api_[key] = object;
    core_->device_upsert(Object::of(object));
  }
  void put(const TestDevice& device) { put(device_json(device)); }
  void remove(const std::string& key = "default/lamp") {
    const auto gone = Object::of(api_.at(key));
    api_.erase(key);
    core_->device_delete(gone);
  }
  /// The lamp of edge-1, known before the start, and its node.
  void start(bool connect = true) {
    put(TestDevice{});
    core_->synced();
    if (connect) core_->node_connected("edge-1", true);
    settle();
  }

  /// Does all that the core wants, until it wants nothing more. Gives the number of status writes.
  int settle() {
    const int before = status_writes_;
    for (int turn = 0; turn < 10'000; ++turn) {
      const auto output = core_->take();
      if (output.empty() && core_->wake_after() != std::chrono::nanoseconds(0))
        return status_writes_ - before;
      carry_out(output);
    }
    ADD_FAILURE() << "it never comes to rest";
    return status_writes_ - before;
  }
  /// Time passes, with ticks when they are due.
  int pass(std::chrono::milliseconds time) {
    const auto end = since_start_ + time;
    int writes = 0;
    for (;;) {
      const auto due = core_->wake_after();
      if (!due || since_start_ + *due > end) break;
      since_start_ += *due;
      core_->tick();
      writes += settle();
    }
    since_start_ = end;
    return writes;
  }

  void carry_out(const ControllerOutput& output) {
    for (const auto& send : output.sends)
      carry(send);
    for (const auto& write : output.statuses)
      write_status(write);
    for (const auto& event : output.events) {
      events_.push_back(event.object);
      core_->event_written(event.name, {});
    }
    for (const auto& node : output.nodes) {
      nodes_.push_back(node);
      if (api_away_) core_->node_written(node.node, unavailable("Away", "connection refused"));
      if (!api_away_) core_->node_written(node.node, {});
    }
  }
  void carry(const Send& send) {
    sent_.push_back(send);
    if (send.token != 0 && acks_) core_->acked(send.token, true);
  }
  void write_status(const StatusWrite& write) {
    ++status_writes_;
    if (api_away_) return core_->status_failed(write.device, unavailable("Away", "connection refused"));
    const auto found = api_.find(write.device.str());
    if (found == api_.end())
      return core_->status_failed(write.device, not_found("NotFound", "no such device"));
    json& object = found->second;
    if (object["metadata"]["resourceVersion"] != write.resource_version) {
      const Error conflict{ErrorClass::conflict, "Conflict", "modified"};
      return core_->status_failed(write.device, conflict, Object::of(object));
    }
    last_patch_ = write.body["status"];
    object["status"].merge_patch(write.body["status"]);
    object["metadata"]["resourceVersion"] = std::to_string(++version_);
    core_->status_written(write.device, Object::of(object));
    if (watch_shows_) core_->device_upsert(Object::of(object));
  }

  static wire::HubMessage twin_message(const std::string& device, json twin, const std::string& uid = "") {
    json content = {{"event_id", "e"}, {"timestamp", 1}, {"twin", std::move(twin)}};
    if (!uid.empty()) content["device_uid"] = uid;
    return wire::make_message({"twin", "resource", "update", "device/" + device + "/twin/edge_updated"},
                              std::move(content), 1);
  }
  static json value(const std::string& text) {
    return {{"actual", {{"value", text}, {"metadata", {{"timestamp", 7}}}}}};
  }
  std::string report(const std::string& power, const std::string& device = "default/lamp",
                     const std::string& node = "edge-1", const std::string& uid = "") {
    return say(node, twin_message(device, {{"power", value(power)}}, uid));
  }
  std::string say(const std::string& node, wire::HubMessage message) {
    std::string id = message.header.msg_id;
    core_->node_messages(node, {std::move(message)});
    return id;
  }

  /// "OK", "409", … of the answer to a report; empty while there is none.
  std::string answer(const std::string& msg_id) const {
    for (const auto& send : sent_) {
      if (send.message.header.parent_msg_id != msg_id) continue;
      const json& content = send.message.content;
      return content.is_string() ? content.get<std::string>() : std::to_string(content.at("code").get<int>());
    }
    return {};
  }
  std::vector<std::string> told(const std::string& node = "edge-1") const {
    std::vector<std::string> all;
    for (const auto& send : sent_) {
      if (send.node == node && send.message.route.group == "resource")
        all.push_back(send.message.route.operation + " " + send.message.route.resource);
    }
    return all;
  }
  json status(const std::string& key = "default/lamp") const { return api_.at(key).value("status", json()); }
  std::string values(const std::string& key = "default/lamp") const {
    return text_at(status(key), {"values"});
  }
  json condition(const std::string& type, const std::string& key = "default/lamp") const {
    for (const json& entry : status(key).value("conditions", json::array())) {
      if (entry["type"] == type) return entry;
    }
    return json::object();
  }
  std::string state_of(const std::string& type, const std::string& key = "default/lamp") const {
    return text_at(condition(type, key), {"status"}) + " " + text_at(condition(type, key), {"reason"});
  }
  static std::string key_of(const json& object) {
    return text_at(object, {"metadata", "namespace"}) + "/" + text_at(object, {"metadata", "name"});
  }

  std::chrono::nanoseconds since_start_{0};
  std::uint64_t ids_ = 0;
  std::uint64_t version_ = 100;
  std::map<std::string, json> api_;
  bool api_away_ = false;
  bool acks_ = true;
  bool watch_shows_ = true;
  int status_writes_ = 0;
  json last_patch_;
  std::vector<Send> sent_;
  std::vector<json> events_;
  std::vector<NodeWrite> nodes_;
  std::optional<ControllerCore> core_;
};

}  // namespace hearth::controller::testing
