// SPDX-License-Identifier: Apache-2.0
#include "host/twin/core.hpp"

#include <spdlog/spdlog.h>

#include "sdk/wire/topic.hpp"
#include "sdk/wire/twin_document.hpp"

namespace hearth::twin {

using nlohmann::json;

Core::Core(Scheduler& turns, store::Writer& writer, DeviceTwinOptions twin_options, Outputs twin_outputs,
           DeviceListener device_listener, Metrics& registry, Trace& events, Clock wall_clock)
    : scheduler(turns),
      options(std::move(twin_options)),
      outputs(std::move(twin_outputs)),
      listener(std::move(device_listener)),
      metrics(registry),
      trace(events),
      clock(std::move(wall_clock)),
      time(clock, turns),
      store(turns, writer, table, inventory, time, registry) {}

void Core::adopt(const DeviceId& id, const TwinChange& change) {
  table.adopt(id, change, now_ms());
  store.rows().twins(id, change);
}

void Core::publish(std::string topic, const json& document) const {
  outputs.publish(std::move(topic), print_text(document));
}

void Core::publish_of(const DeviceId& id, wire::TopicKind kind, const std::string& payload) const {
  outputs.publish(wire::device_topic(kind, id), payload);
  const auto* device = table.find(id);
  if (!device || !device->short_topics) return;
  outputs.publish(wire::device_topic(kind, id, wire::TopicForm::name_alone), payload);
}

void Core::publish_delta(const DeviceId& id) {
  auto* device = table.edit(id);
  if (!device) return;
  device->delta_due = false;
  const auto delta = make_delta(device->properties, model_of(id), now_ms(), time.now_ms());
  if (delta) publish_of(id, wire::TopicKind::twin_update_delta, print_text(*delta));
}

void Core::publish_added(const DeviceId& id, const std::string& description) const {
  wire::MembershipChange change;
  change.added.push_back({id, description, "", ""});
  publish(wire::node_topic(wire::TopicKind::membership_updated, options.node_name),
          wire::membership_change(now_ms(), change));
}

void Core::publish_removed(const DeviceId& id, const std::string& description) const {
  wire::MembershipChange change;
  change.removed.push_back({id, description, "", ""});
  publish(wire::node_topic(wire::TopicKind::membership_updated, options.node_name),
          wire::membership_change(now_ms(), change));
}

const device::DeviceModel* Core::model_of(const DeviceId& id) const {
  const auto* held = inventory.device(id);
  return held ? inventory.model_of(held->device) : nullptr;
}

void Core::tell_changed(const device::Device& device) const {
  if (listener.changed) listener.changed(device, inventory.model_of(device));
}

void Core::malformed(const std::string& kind, std::string_view text) {
  metrics
      .counter("hearth_twin_malformed_total", "Messages to DeviceTwin that could not be used",
               {{"kind", kind}})
      .Increment();
  if (first_of(kind)) {
    spdlog::warn("twin: {} not usable: {} (further ones are counted, not logged)", kind, text);
  }
}

void Core::dropped(const std::string& reason, const DeviceId& id) {
  metrics
      .counter("hearth_twin_dropped_total", "Late messages of devices and models that were not applied",
               {{"reason", reason}})
      .Increment();
  spdlog::debug("twin: {}: message not applied, {}", id.str(), reason);
}

std::string print_text(const json& document) {
  return document.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace hearth::twin
