// SPDX-License-Identifier: Apache-2.0
#include "host/twin/mqtt_requests.hpp"

#include <fmt/format.h>

#include <charconv>

#include "host/twin/trace_text.hpp"
#include "sdk/wire/twin_document.hpp"

namespace hearth::twin {
namespace {

using wire::TopicKind;

std::string unknown_device(const DeviceId& id) {
  return fmt::format("device {} is not a device of this node", id.str());
}

/// Errors of twin documents and updates carry the code of the wire.
int code_of(const Error& error) {
  int code = 400;
  std::from_chars(error.code.data(), error.code.data() + error.code.size(), code);
  return code;
}

std::string not_stored(const Error& error) {
  return fmt::format("in force, but not stored: a restart would lose it: {}", error.text);
}

prometheus::Counter& updates(Metrics& metrics, const char* result) {
  return metrics.counter("hearth_twin_updates_total", "Twin updates from the edge, by what became of them",
                         {{"result", result}});
}

}  // namespace

struct MqttRequests::Answer {
  wire::Topic topic;
  std::string event_id;
  std::string result;
  std::string document;  ///< empty: none
  std::string trace;     ///< empty: nothing was stored that the trace is to tell of
  bool changed = false;
};

MqttRequests::MqttRequests(Core& core, CloudReports& reports, Expiries& expiries)
    : core_(core),
      reports_(reports),
      expiries_(expiries),
      accepted_(updates(core.metrics, "accepted")),
      unchanged_(updates(core.metrics, "unchanged")),
      rejected_(updates(core.metrics, "rejected")),
      failed_(updates(core.metrics, "failed")) {}

void MqttRequests::handle(const std::string& topic, const std::string& payload, std::string_view arrival) {
  const auto parsed = wire::parse_topic(topic);
  switch (parsed.kind) {
    case TopicKind::twin_update:
      return twin_update(parsed, payload, arrival);
    case TopicKind::twin_get:
      return twin_get(parsed, payload);
    case TopicKind::state_update:
      return state_update(parsed, payload);
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

TwinDevice* MqttRequests::device_of(const wire::Topic& topic) {
  auto* device = core_.table.edit(topic.device);
  if (device && topic.form == wire::TopicForm::name_alone) device->short_topics = true;
  return device;
}

void MqttRequests::fail(TopicKind kind, const wire::Topic& topic, const std::string& event_id, int code,
                        std::string_view reason) {
  core_.publish(wire::device_topic(kind, topic.device, topic.form),
                wire::twin_failure(event_id, core_.now_ms(), code, reason));
}

// The event id is read apart from the rest: a client finds its answer by it even when the rest is wrong.
void MqttRequests::malformed(TopicKind kind, const wire::Topic& topic, const std::string& payload,
                             const Error& error) {
  const auto head = wire::parse_request(payload);
  core_.malformed("mqtt",
                  fmt::format("{}: {}", wire::device_topic(kind, topic.device, topic.form), error.text));
  fail(kind, topic, head ? head->event_id : std::string(), 400, error.text);
}

void MqttRequests::twin_update(const wire::Topic& topic, const std::string& payload,
                               std::string_view arrival) {
  auto update = wire::parse_twin_update(payload);
  if (!update) {
    rejected_.Increment();
    return malformed(TopicKind::twin_update_result, topic, payload, update.error());
  }
  if (!device_of(topic)) {
    rejected_.Increment();
    return fail(TopicKind::twin_update_result, topic, update->event_id, 404, unknown_device(topic.device));
  }
  if (auto text = actual_text(update->twin); !text.empty()) {
    if (!arrival.empty()) core_.trace.add(2, topic.device, update->event_id, std::string(arrival));
    core_.trace.add(3, topic.device, update->event_id, std::move(text));
  }
  run_update(topic, std::move(*update));
}

void MqttRequests::run_update(const wire::Topic& topic, wire::TwinUpdate update) {
  expiries_.check(topic.device);
  const UpdateRules rules{core_.model_of(topic.device), core_.now_ms(), core_.options.refresh};
  const auto change = plan_update(core_.table.find(topic.device)->properties, update.twin, rules);
  if (change) return take_over(topic, update, *change);
  rejected_.Increment();
  fail(TopicKind::twin_update_result, topic, update.event_id, code_of(change.error()), change.error().text);
}

// In force at once: the cloud is told while the disk is still at it. Result, document and delta keep KubeEdge's order, so
// the delta comes after the commit, or when the commit takes its time.
void MqttRequests::take_over(const wire::Topic& topic, const wire::TwinUpdate& update,
                             const TwinChange& change) {
  const auto& id = topic.device;
  const auto now = core_.now_ms();
  const auto answer = std::make_shared<Answer>();
  answer->topic = topic;
  answer->event_id = update.event_id;
  answer->changed = !change.empty();
  answer->result = wire::twin_result_text(update.event_id, now, change.touched);
  if (!change.document.empty()) {
    answer->document = wire::twin_document_text(update.event_id, now, change.document);
  }
  if (answer->changed) answer->trace = actual_text(update.twin);
  core_.adopt(id, change);
  if (change.life_changed) {
    expiries_.watch(id);
    reports_.owe_conditions(id);
  }
  core_.table.edit(id)->delta_due = true;
  reports_.owe_twin(id, change.reported_keys(), update.event_id);
  const auto bytes = sizeof(Answer) + answer->result.size() + answer->document.size();
  core_.store.when_stored([this, answer](const Result<void>& stored) { answer_update(*answer, stored); },
                          bytes);
}

void MqttRequests::answer_update(const Answer& answer, const Result<void>& stored) {
  const auto& id = answer.topic.device;
  if (stored) {
    (answer.changed ? accepted_ : unchanged_).Increment();
    if (!answer.trace.empty()) core_.trace.add(4, id, answer.event_id, answer.trace);
    core_.outputs.publish(wire::device_topic(TopicKind::twin_update_result, id, answer.topic.form),
                          answer.result);
  } else {
    failed_.Increment();
    fail(TopicKind::twin_update_result, answer.topic, answer.event_id, 500, not_stored(stored.error()));
  }
  if (!answer.document.empty()) core_.publish_of(id, TopicKind::twin_update_document, answer.document);
  // A delta that went ahead is not sent once more: to a mapper it is a command.
  const auto* device = core_.table.find(id);
  if (device && device->delta_due) core_.publish_delta(id);
}

void MqttRequests::publish_due_deltas() {
  for (const auto& [id, device] : core_.table.devices()) {
    if (device.delta_due) core_.publish_delta(id);
  }
}

// Behind the results of the updates before it, whether they could be stored or not.
void MqttRequests::twin_get(const wire::Topic& topic, const std::string& payload) {
  const auto request = wire::parse_request(payload);
  if (!request) return malformed(TopicKind::twin_get_result, topic, payload, request.error());
  core_.store.when_stored([this, topic, event_id = request->event_id](const Result<void>&) {
    expiries_.check(topic.device);
    const auto* device = device_of(topic);
    if (!device) return fail(TopicKind::twin_get_result, topic, event_id, 404, unknown_device(topic.device));
    wire::TwinMap twin;
    for (const auto& [key, property] : device->properties)
      twin.emplace_hint(twin.end(), key, to_entry(property));
    core_.outputs.publish(wire::device_topic(TopicKind::twin_get_result, topic.device, topic.form),
                          wire::twin_result_text(event_id, core_.now_ms(), twin));
  });
}

void MqttRequests::state_update(const wire::Topic& topic, const std::string& payload) {
  const auto update = wire::parse_state_update(payload);
  if (!update) return malformed(TopicKind::state_update_result, topic, payload, update.error());
  if (device_of(topic)) return run_state(topic, *update);
  fail(TopicKind::state_update_result, topic, update->event_id, 404, unknown_device(topic.device));
}

void MqttRequests::run_state(const wire::Topic& topic, const wire::StateUpdate& update) {
  const auto& id = topic.device;
  auto& device = *core_.table.edit(id);
  if (update.state == "online" || update.state == "ok") device.last_online = to_rfc3339(core_.clock());
  if (device.state != update.state) {
    device.state = update.state;
    core_.store.rows().device_row(id);
    reports_.owe_state(id);
  }
  const auto event_id = update.event_id.empty() ? new_uuid() : update.event_id;
  const auto result = wire::state_result(event_id, core_.now_ms(), id.name, device.state, device.last_online);
  core_.store.when_stored([this, topic, event_id, result](const Result<void>& stored) {
    if (!stored)
      return fail(TopicKind::state_update_result, topic, event_id, 500, not_stored(stored.error()));
    core_.publish(wire::device_topic(TopicKind::state_update_result, topic.device, topic.form), result);
  });
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
