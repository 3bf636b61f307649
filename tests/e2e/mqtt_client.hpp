// SPDX-License-Identifier: Apache-2.0
// An MQTT client of a test: an application, or a mapper outside of the host. Keeps what it heard.
// Thread: the test's; Paho's threads add under a mutex.   Errors: a broker that is not there throws.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/e2e/eventually.hpp"

namespace hearth::e2e {

struct MqttMessage {
  std::string topic;
  std::string payload;
  std::chrono::steady_clock::time_point at;

  /// The payload; null if it is no JSON.
  nlohmann::json json() const { return nlohmann::json::parse(payload, nullptr, false); }
};

class MqttClient {
 public:
  /// Connects and subscribes with QoS 1; connects and subscribes again when the broker was away.
  MqttClient(int port, std::vector<std::string> filters);
  ~MqttClient();
  MqttClient(const MqttClient&) = delete;
  MqttClient& operator=(const MqttClient&) = delete;

  /// QoS 1; waits for the broker's confirmation. False while the broker is away.
  bool publish(const std::string& topic, const std::string& payload);
  bool publish(const std::string& topic, const nlohmann::json& payload) {
    return publish(topic, payload.dump());
  }

  std::vector<MqttMessage> heard() const;
  /// How many messages heard so far match.
  std::size_t count(const std::function<bool(const MqttMessage&)>& match) const;
  /// Waits until one of what was heard matches.
  bool hears(const std::function<bool(const MqttMessage&)>& match,
             std::chrono::milliseconds patience = kPatience) const;
  void forget();
  /// Called on Paho's thread for each message, after it was kept. Set before the first one comes.
  void on_message(std::function<void(const MqttMessage&)> handler);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace hearth::e2e
