// SPDX-License-Identifier: Apache-2.0
#include "cloud/eventdata/event_receiver.hpp"

#include "sdk/wire/event_data.hpp"

namespace hearth::eventdata {

EventReceiver::EventReceiver(EventRing& ring, Clock clock) : ring_(ring), clock_(std::move(clock)) {}

void EventReceiver::node_connected(const std::string& node, bool hearth_peer) {
  const std::lock_guard lock(mutex_);
  if (hearth_peer) {
    hearth_nodes_.insert(node);
  } else {
    hearth_nodes_.erase(node);
  }
}

bool EventReceiver::answers(const std::string& node) const {
  const std::lock_guard lock(mutex_);
  return hearth_nodes_.contains(node);
}

EventReceiver::Outcome EventReceiver::take(const std::string& node, const wire::HubMessage& message) {
  if (!wire::is_event_data(message)) return {};
  nlohmann::json content = "OK";
  auto data = wire::parse_event_data(message);
  if (data) {
    const WallTime time{std::chrono::milliseconds(message.header.timestamp)};
    ring_.add(message.header.msg_id, {0, time, node, std::move(data->topic), std::move(data->payload)});
  } else {
    content = {{"code", 400}, {"reason", data.error().code}, {"message", data.error().text}};
  }
  if (!answers(node)) return {true, std::nullopt};
  return {true, wire::make_response(message, std::move(content), to_unix_ms(clock_()))};
}

}  // namespace hearth::eventdata
