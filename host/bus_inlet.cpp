// SPDX-License-Identifier: Apache-2.0
#include "host/bus_inlet.hpp"

#include <spdlog/spdlog.h>

#include <utility>

#include "sdk/wire/topic.hpp"

namespace hearth::host {

BusInlet::BusInlet(Parts parts, Metrics& metrics)
    : parts_(parts),
      refused_(metrics.counter("hearth_host_refused_total", "Messages on MQTT that were refused",
                               {{"reason", "retained_command"}})) {}

void BusInlet::take(const eventbus::BusMessage& message) {
  if (message.retained) return refuse_retained(message.topic);
  const auto topic = wire::parse_topic(message.topic);
  if (topic.kind == wire::TopicKind::twin_update_delta) {
    // The short form is the same delta once more, for mappers of old.
    if (topic.form != wire::TopicForm::full) return;
    parts_.runtime.handle_delta(topic.device, message.payload);
    return;
  }
  if (topic.kind == wire::TopicKind::other && parts_.event_data && parts_.event_data->takes(message.topic)) {
    parts_.event_data->spool().offer(message.topic, message.payload);
    return;
  }
  parts_.twin.handle_mqtt(message.topic, message.payload,
                          message.from_broker ? "came back from Mosquitto by subscription"
                                              : "delivered in the process, no broker");
}

/// A retained command would be carried out again at each start; none of ours is ever retained.
void BusInlet::refuse_retained(const std::string& topic) {
  refused_.Increment();
  if (std::exchange(retained_logged_, true)) return;
  spdlog::warn(
      "host: retained message on {} refused (further ones are only counted); clear it with: "
      "mosquitto_pub -r -n -t '{}'",
      topic, topic);
}

}  // namespace hearth::host
