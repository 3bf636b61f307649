// SPDX-License-Identifier: Apache-2.0
#include "tests/golden/host_differences.hpp"

#include <map>

#include "sdk/wire/topic.hpp"

namespace hearth::golden {
namespace {

bool is_of_dmi(const std::string& text) {
  return text.find("25.5") != std::string::npos;
}

bool changes_nothing(const nlohmann::json& document) {
  for (const auto& [key, change] : document.at("twin").items()) {
    const auto value = "/actual/value"_json_pointer;
    if (!change.at("last").is_object() || !change.at("current").is_object()) return false;
    if (change["last"].value(value, "") != change["current"].value(value, "")) return false;
  }
  return true;
}

}  // namespace

std::string why_less_up(const std::string& scene, const wire::HubMessage& recorded) {
  const auto& content = recorded.content;
  if (recorded.route.resource.find("/user/") != std::string::npos) {
    return "only the topics of event data go up; others are added by the setting spool.topics";
  }
  if (recorded.route.operation.empty()) return "a link is ended by a close frame, not by empty messages";
  if (scene == "dmi" && is_of_dmi(content.dump())) return "mappers of the gRPC kind are none of this host's";
  if (scene == "twin-bad" && content.is_object() && content.at("twin").contains("humidity")) {
    return "the model says FLOAT, so \"wet\" is refused; edgecore goes by the type of the first report";
  }
  if (scene == "twin-bad" && content.is_object() && content.at("twin").contains("temperature")) {
    return "a deleted key is not told as a value without a value; cloudcore stores nothing of it either";
  }
  if (scene == "link-cut" && recorded.route.resource.find("cut-del") != std::string::npos) {
    return "a device deleted during the cut is deleted when the link is back; edgecore keeps it for ever";
  }
  if (scene == "twin-of-removed-property" && content.is_object() && content.contains("twin") &&
      content["twin"].size() == 1 && content["twin"].contains("humidity")) {
    return "a property that the spec has no more is not the device's; edgecore keeps and reports it";
  }
  return "";
}

std::string why_less_mqtt(const std::string& scene, const MqttRecord& recorded) {
  const auto payload = nlohmann::json::parse(recorded.payload, nullptr, false);
  if (scene == "dmi" && is_of_dmi(recorded.payload))
    return "mappers of the gRPC kind are none of this host's";
  if (scene == "two-namespaces" && payload.value("event_id", "") == "" && payload.contains("code")) {
    return "edgecore answers a membership it knows with an error that nobody asked for";
  }
  const auto kind = wire::parse_topic(recorded.topic).kind;
  if (kind == wire::TopicKind::twin_update_document && changes_nothing(payload)) {
    return "an equal value changes nothing, so there is no document of a change";
  }
  if (scene == "restart-edgecore" && kind == wire::TopicKind::membership_get_result) {
    return "edgecore still lists devices that were deleted while it was away";
  }
  if (scene == "restart-edgecore" && kind == wire::TopicKind::twin_get_result) {
    return "its values were reported in earlier scenes, which this replay does not hold";
  }
  const bool of_change =
      kind == wire::TopicKind::twin_update_document || kind == wire::TopicKind::twin_update_delta;
  if (scene == "desired" && of_change) {
    return "a desired value of the cloud is what the twin expects; in KubeEdge it never gets there";
  }
  if (scene == "desired" && kind == wire::TopicKind::twin_get_result) {
    return "its values were reported in earlier scenes, which this replay does not hold";
  }
  return "";
}

std::optional<OtherAnswer> other_answer(const std::string& event_id) {
  static const std::map<std::string, OtherAnswer> kAnswers{
      {"ev-97048", {400, "\"wet\" is no FLOAT of the model"}},
      {"b4", {0, "a JSON number is taken for its text"}},
      {"ev-16185", {0, "values up to 64 KiB are taken"}},
      {"ev-3055", {0, "the type is the model's, whatever a client says"}},
      {"ev-14683", {400, "any character is taken, but this value is no FLOAT of the model"}},
      {"ev-94334", {404, "the device was deleted during the cut"}},
      {"ev-92332", {0, "a device made during the cut is known when the link is back"}},
      {"ev-8754", {0, "the device of that name in namespace default is still there"}},
  };
  const auto found = kAnswers.find(event_id);
  if (found == kAnswers.end()) return std::nullopt;
  return found->second;
}

}  // namespace hearth::golden
