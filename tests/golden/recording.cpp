// SPDX-License-Identifier: Apache-2.0
#include "tests/golden/recording.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "sdk/wire/resource.hpp"

namespace hearth::golden {
namespace {

using nlohmann::json;

std::ifstream open(const std::string& file) {
  std::ifstream stream(std::string(HEARTH_GOLDEN_DIR) + "/" + file);
  if (!stream) throw std::runtime_error("no recording " + file);
  return stream;
}

WsRecord read_record(json line) {
  WsRecord record;
  record.at_ms = line.value("t", 0.0);
  record.direction = line.value("dir", "");
  record.event = line.value("event", "");
  record.note = line.value("note", "");
  if (line.contains("msg")) {
    record.fragments = line.at("fragments").get<std::vector<std::size_t>>();
    record.content = line.at("msg");
    record.message = wire::parse_hub_message(record.content.dump()).value();
  } else {
    record.content = std::move(line);
  }
  return record;
}

std::optional<MqttRecord> read_publish(const std::string& line) {
  std::istringstream words(line);
  MqttRecord record;
  std::string who;
  std::string packet;
  words >> record.at_ms >> who >> packet;
  if (packet != "PUBLISH" || (who != "client>" && who != "edgecore>")) return std::nullopt;
  record.from_client = who == "client>";
  std::string topic;
  words >> topic;
  if (topic.starts_with("(")) return std::nullopt;  // not delivered to edgecore
  words >> topic >> topic;                          // behind qos= and retain=
  record.topic = topic;
  words.get();
  std::getline(words, record.payload);
  return record;
}

}  // namespace

const std::vector<std::string>& scenes() {
  static const std::vector<std::string> kScenes{"join",
                                                "create",
                                                "twin",
                                                "twin-bad",
                                                "desired",
                                                "state",
                                                "change-move-delete",
                                                "link-cut",
                                                "restart-edgecore",
                                                "restart-cloudcore",
                                                "two-namespaces",
                                                "dmi",
                                                "large",
                                                "twin-of-removed-property",
                                                "no-ack"};
  return kScenes;
}

std::string test_name(std::string scene) {
  std::replace(scene.begin(), scene.end(), '-', '_');
  return scene;
}

std::vector<WsRecord> read_ws(const std::string& scene) {
  auto stream = open(scene + ".ws.jsonl");
  std::vector<WsRecord> records;
  for (std::string line; std::getline(stream, line);)
    records.push_back(read_record(json::parse(line)));
  return records;
}

std::vector<MqttRecord> read_mqtt(const std::string& scene) {
  auto stream = open(scene + ".mqtt.txt");
  std::vector<MqttRecord> records;
  for (std::string line; std::getline(stream, line);) {
    if (auto record = read_publish(line)) records.push_back(std::move(*record));
  }
  return records;
}

std::map<std::string, json> objects_before(const std::string& scene) {
  std::map<std::string, json> objects;
  for (const auto& earlier : scenes()) {
    if (earlier == scene) break;
    for (const auto& record : read_ws(earlier)) {
      if (record.up() || !record.message || !is_object(*record.message)) continue;
      const auto& resource = record.message->route.resource;
      if (is_delete(*record.message)) {
        objects.erase(resource);
      } else {
        objects[resource] = record.message->content;
      }
    }
  }
  return objects;
}

bool is_object(const wire::HubMessage& message) {
  const auto kind = wire::parse_resource(message.route.resource).kind;
  return message.header.parent_msg_id.empty() &&
         (kind == wire::ResourceKind::device || kind == wire::ResourceKind::device_model);
}

bool is_delete(const wire::HubMessage& message) {
  return message.route.operation == wire::operation::kDelete;
}

bool is_response(const wire::HubMessage& message) {
  return message.route.operation == wire::operation::kResponse;
}

bool is_keepalive(const wire::HubMessage& message) {
  return message.route.operation == wire::operation::kKeepalive;
}

bool is_report(const wire::HubMessage& message) {
  const auto kind = wire::parse_resource(message.route.resource).kind;
  return kind == wire::ResourceKind::twin_edge_updated || kind == wire::ResourceKind::state_update;
}

std::vector<std::string> cut(const std::string& text, const std::vector<std::size_t>& fragments) {
  std::vector<std::string> pieces;
  const bool empty_end = fragments.size() > 1 && fragments.back() == 0;
  const std::size_t kept = empty_end ? fragments.size() - 2 : fragments.size() - 1;
  std::size_t at = 0;
  for (std::size_t i = 0; i < kept; ++i) {
    pieces.push_back(text.substr(std::min(at, text.size()), fragments[i]));
    at += fragments[i];
  }
  pieces.push_back(text.substr(std::min(at, text.size())));
  if (empty_end) pieces.emplace_back();
  return pieces;
}

}  // namespace hearth::golden
