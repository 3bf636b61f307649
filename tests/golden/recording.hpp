// SPDX-License-Identifier: Apache-2.0
// The recordings of stock KubeEdge peers in tests/fixtures/golden, as values.
// Thread: plain values.   Errors: a recording that is missing or broken throws, a test fails by it.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "sdk/wire/hub_message.hpp"

namespace hearth::golden {

/// One line of SCENE.ws.jsonl.
struct WsRecord {
  double at_ms = 0;
  std::string direction;                    ///< "up" or "down", of messages and upgrades
  std::vector<std::size_t> fragments;       ///< payload bytes of each WebSocket frame
  std::optional<wire::HubMessage> message;  ///< of messages
  nlohmann::json content;                   ///< the message's JSON, or the whole line of anything else
  std::string event;                        ///< what was done then, or empty
  std::string note;                         ///< about connections, or empty

  bool up() const { return direction == "up"; }
};

/// One line of SCENE.mqtt.txt that is a PUBLISH.
struct MqttRecord {
  double at_ms = 0;
  bool from_client = false;  ///< else from edgecore
  std::string topic;
  std::string payload;
};

/// In the order in which they were recorded.
const std::vector<std::string>& scenes();
/// As a test may be called: with underscores.
std::string test_name(std::string scene);
std::vector<WsRecord> read_ws(const std::string& scene);
std::vector<MqttRecord> read_mqtt(const std::string& scene);

/// Devices and models that node edge-1 held when the scene began, as last sent to it, by resource.
std::map<std::string, nlohmann::json> objects_before(const std::string& scene);

bool is_object(const wire::HubMessage& message);  ///< a Device or a DeviceModel
bool is_delete(const wire::HubMessage& message);
bool is_response(const wire::HubMessage& message);
bool is_keepalive(const wire::HubMessage& message);
/// device/<id>/twin/edge_updated or device/<id>/state/update.
bool is_report(const wire::HubMessage& message);

/// Cuts a text into pieces of the recorded sizes; one that is longer or shorter has the last piece that differs. A
/// recorded empty last frame stays one.
std::vector<std::string> cut(const std::string& text, const std::vector<std::size_t>& fragments);

}  // namespace hearth::golden
