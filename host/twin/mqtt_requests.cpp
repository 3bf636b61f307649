// SPDX-License-Identifier: Apache-2.0
#include "host/twin/mqtt_requests.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <charconv>

#include "host/twin/device_changes.hpp"
#include "host/twin/twin_store.hpp"
#include "sdk/wire/twin_document.hpp"

namespace hearth::twin {
namespace {

using wire::TopicKind;

constexpr std::string_view kBusy = "too many updates of this device wait already, send again later";

std::string unknown_device(const DeviceId& id) {
  return fmt::format("device {} is not a device of this node", id.str());
}

/// Errors of twin documents and updates carry the code of the wire.
int code_of(const Error& error) {
  int code = 400;
  std::from_chars(error.code.data(), error.code.data() + error.code.size(), code);
  return code;
}

}  // namespace

void MqttRequests::handle(const std::string& topic, const std::string& payload, std::string_view arrival) {
  const auto parsed = wire::parse_topic(topic);
  switch (parsed.kind) {
    case TopicKind::twin_update:
      return twin_update(parsed.device, payload, arrival);
    case TopicKind::twin_get:
      return twin_get(parsed.device, payload);
    case TopicKind::state_update:
      return state_update(parsed.device, payload);
    case TopicKind::membership_get:
      if (parsed.node == core_.options.node_name) membership_get(payload);
      return;
    case TopicKind::twin_cloud_updated:
      return core_.malformed("cloud_updated", "only the cloud's own link speaks for the cloud");
    case TopicKind::twin_update_result:
    case TopicKind::twin_update_delta:
    case TopicKind::twin_update_document:
    case TopicKind::twin_get_result:
    case TopicKind::state_update_result:
    case TopicKind::membership_get_result:
    case TopicKind::membership_updated:
      return;
    case TopicKind::other:
      return core_.malformed("topic", fmt::format("\"{}\" is no topic of a device", topic.substr(0, 300)));
  }
}

void MqttRequests::fail(TopicKind kind, const DeviceId& id, const std::string& event_id, int code,
                        std::string_view reason) {
  core_.publish(wire::device_topic(kind, id), wire::twin_failure(event_id, core_.now_ms(), code, reason));
}

// The event id is read apart from the rest: a client finds its answer by it even when the rest is wrong.
void MqttRequests::malformed(TopicKind kind, const DeviceId& id, const std::string& payload,
                             const Error& error) {
  const auto head = wire::parse_request(payload);
  const auto topic = wire::device_topic(kind, id);
  core_.malformed("mqtt", fmt::format("{}: {}", topic, error.text));
  fail(kind, id, head ? head->event_id : std::string(), 400, error.text);
}

void MqttRequests::twin_update(const DeviceId& id, const std::string& payload, std::string_view arrival) {
  auto update = wire::parse_twin_update(payload);
  if (!update) {
    core_.count_update("rejected");
    return malformed(TopicKind::twin_update_result, id, payload, update.error());
  }
  if (const auto text = actual_text(update->twin); !text.empty() && core_.table.find(id)) {
    if (!arrival.empty()) core_.trace.add(2, id, update->event_id, std::string(arrival));
    core_.trace.add(3, id, update->event_id, text);
  }
  const auto event_id = update->event_id;
  const auto entered =
      core_.lanes.enter(lane_of(id), [this, id, update = std::move(*update)](const Lanes::Release& release) {
        run_update(id, update, release);
      });
  if (entered) return;
  core_.count_update("failed");
  fail(TopicKind::twin_update_result, id, event_id, 500, kBusy);
}

void MqttRequests::run_update(const DeviceId& id, const wire::TwinUpdate& update,
                              const Lanes::Release& release) {
  const auto* device = core_.table.find(id);
  if (!device) {
    core_.count_update("rejected");
    fail(TopicKind::twin_update_result, id, update.event_id, 404, unknown_device(id));
    return release();
  }
  auto change = plan_update(device->properties, update.twin, core_.model_of(id), core_.now_ms());
  if (!change) {
    core_.count_update("rejected");
    fail(TopicKind::twin_update_result, id, update.event_id, code_of(change.error()), change.error().text);
    return release();
  }
  if (!change->empty()) return store_update(id, update, std::move(*change), release);
  core_.count_update("unchanged");
  answer_update(id, update, *change);
  release();
}

void MqttRequests::store_update(const DeviceId& id, const wire::TwinUpdate& update, TwinChange change,
                                const Lanes::Release& release) {
  const auto shared = std::make_shared<const TwinChange>(std::move(change));
  core_.commit([id, shared](SQLite::Database& db) { sql::put_change(db, id, *shared); },
               [this, id, update, shared, release](const Result<void>& stored) {
                 if (stored) {
                   core_.table.adopt(id, *shared);
                   core_.count_update("accepted");
                   answer_update(id, update, *shared);
                 } else {
                   core_.count_update("failed");
                   fail(TopicKind::twin_update_result, id, update.event_id, 500, stored.error().text);
                 }
                 release();
               });
}

// In KubeEdge's order: result, document, delta, then the cloud.
void MqttRequests::answer_update(const DeviceId& id, const wire::TwinUpdate& update,
                                 const TwinChange& change) {
  const auto now = core_.now_ms();
  const auto text = change.empty() ? std::string() : actual_text(update.twin);
  if (!text.empty()) core_.trace.add(4, id, update.event_id, text);
  core_.publish(wire::device_topic(TopicKind::twin_update_result, id),
                wire::twin_result(update.event_id, now, change.touched));
  if (!change.empty()) {
    core_.publish(wire::device_topic(TopicKind::twin_update_document, id),
                  wire::twin_document(update.event_id, now, change.document));
  }
  core_.publish_delta(id);
  reports_.owe_twin(id, change.reported_keys(), update.event_id);
}

void MqttRequests::twin_get(const DeviceId& id, const std::string& payload) {
  const auto request = wire::parse_request(payload);
  if (!request) return malformed(TopicKind::twin_get_result, id, payload, request.error());
  const auto answer = [this, id, event_id = request->event_id](const Lanes::Release& release) {
    if (const auto* device = core_.table.find(id)) {
      wire::TwinMap twin;
      for (const auto& [key, property] : device->properties)
        twin[key] = to_entry(property);
      core_.publish(wire::device_topic(TopicKind::twin_get_result, id),
                    wire::twin_result(event_id, core_.now_ms(), twin));
    } else {
      fail(TopicKind::twin_get_result, id, event_id, 404, unknown_device(id));
    }
    release();
  };
  // In the lane, so that it shows the updates sent before it.
  if (core_.lanes.enter(lane_of(id), answer)) return;
  fail(TopicKind::twin_get_result, id, request->event_id, 500, kBusy);
}

void MqttRequests::state_update(const DeviceId& id, const std::string& payload) {
  const auto update = wire::parse_state_update(payload);
  if (!update) return malformed(TopicKind::state_update_result, id, payload, update.error());
  const auto entered = core_.lanes.enter(
      lane_of(id),
      [this, id, update = *update](const Lanes::Release& release) { run_state(id, update, release); });
  if (!entered) fail(TopicKind::state_update_result, id, update->event_id, 500, kBusy);
}

void MqttRequests::run_state(const DeviceId& id, const wire::StateUpdate& update,
                             const Lanes::Release& release) {
  const auto* device = core_.table.find(id);
  if (!device) {
    fail(TopicKind::state_update_result, id, update.event_id, 404, unknown_device(id));
    return release();
  }
  TwinDevice next{device->description, update.state, device->last_online, {}};
  if (update.state == "online" || update.state == "ok") next.last_online = to_rfc3339(core_.clock());
  if (device->state == update.state) {
    core_.table.add(id).last_online = next.last_online;
    answer_state(id, update);
    return release();
  }
  core_.commit([id, next](SQLite::Database& db) { sql::put_device(db, id, next); },
               [this, id, next, update, release](const Result<void>& stored) {
                 if (stored) {
                   auto& held = core_.table.add(id);
                   held.state = next.state;
                   held.last_online = next.last_online;
                   answer_state(id, update);
                   reports_.owe_state(id);
                 } else {
                   fail(TopicKind::state_update_result, id, update.event_id, 500, stored.error().text);
                 }
                 release();
               });
}

void MqttRequests::answer_state(const DeviceId& id, const wire::StateUpdate& update) {
  const auto* device = core_.table.find(id);
  const auto event_id = update.event_id.empty() ? new_uuid() : update.event_id;
  core_.publish(wire::device_topic(TopicKind::state_update_result, id),
                wire::state_result(event_id, core_.now_ms(), id.name, device->state, device->last_online));
}

void MqttRequests::membership_get(const std::string& payload) {
  const auto request = wire::parse_request(payload);
  const auto topic = wire::node_topic(TopicKind::membership_get_result, core_.options.node_name);
  if (!request) {
    core_.malformed("mqtt", fmt::format("{}: {}", topic, request.error().text));
    return core_.publish(topic, wire::twin_failure("", core_.now_ms(), 400, request.error().text));
  }
  std::vector<wire::Member> members;
  for (const auto& [id, device] : core_.table.devices()) {
    members.push_back({id, device.description, device.state, device.last_online});
  }
  core_.publish(topic, wire::membership_list(request->event_id, core_.now_ms(), members));
}

}  // namespace hearth::twin
