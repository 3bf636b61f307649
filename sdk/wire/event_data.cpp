// SPDX-License-Identifier: Apache-2.0
#include "sdk/wire/event_data.hpp"

#include "sdk/base/base64.hpp"
#include "sdk/base/utf8.hpp"

namespace hearth::wire {
namespace {

constexpr std::string_view kBus = "bus";
constexpr const char* kBase64 = "base64";

nlohmann::json content_of(std::string_view payload, bool hearth_peer) {
  if (hearth_peer && !is_utf8(payload)) return {{kBase64, encode_base64(payload)}};
  return std::string(payload);
}

}  // namespace

std::vector<std::string> event_data_topics() {
  return {"$ke/events/device/+/+/data/update", "$ke/events/device/+/data/update", "$hw/events/upload/#",
          "SYS/dis/upload_records"};
}

HubMessage event_data_message(std::string id, std::string_view topic, std::string_view payload,
                              std::int64_t time_ms, bool hearth_peer) {
  Route route{std::string(kBus), std::string(group::kUser), std::string(operation::kUpload),
              std::string(topic)};
  auto message = make_message(std::move(route), content_of(payload, hearth_peer), time_ms);
  message.header.msg_id = std::move(id);
  return message;
}

bool is_event_data(const HubMessage& message) {
  return message.route.source == kBus && message.route.group == group::kUser &&
         message.route.operation == operation::kUpload;
}

Result<EventData> parse_event_data(const HubMessage& message) {
  if (message.content.is_string())
    return EventData{message.route.resource, message.content.get<std::string>()};
  const auto coded = message.content.is_object() ? message.content.find(kBase64) : message.content.end();
  if (!message.content.is_object() || coded == message.content.end() || !coded->is_string()) {
    return invalid("MalformedMessage", "expected event data as a string, or as an object with base64");
  }
  auto payload = decode_base64(coded->get<std::string>());
  if (!payload) return payload.error();
  return EventData{message.route.resource, std::move(*payload)};
}

}  // namespace hearth::wire
