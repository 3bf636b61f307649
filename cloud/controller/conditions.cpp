// SPDX-License-Identifier: Apache-2.0
#include "cloud/controller/conditions.hpp"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "cloud/controller/api_object.hpp"

namespace hearth::controller {
namespace {

using nlohmann::json;
using wire::Condition;
using wire::ConditionStatus;

constexpr const char* kNodeGone = "NodeGone";

Condition synced(const DeviceFacts& facts) {
  switch (facts.delivery) {
    case Delivery::no_node:
      return {
          "Synced", ConditionStatus::no, "NoNode", "spec.nodeName is empty, so no node runs the device", {}};
    case Delivery::node_away:
      return {"Synced",
              ConditionStatus::no,
              "NodeAway",
              fmt::format("node {} has no link to the cloud; it gets the device when it is back", facts.node),
              {}};
    case Delivery::pending:
      return {"Synced",
              ConditionStatus::no,
              "Pending",
              fmt::format("node {} has not confirmed the present spec yet", facts.node),
              {}};
    case Delivery::delivered:
      break;
  }
  return {"Synced",
          ConditionStatus::yes,
          "Delivered",
          fmt::format("node {} holds the present spec", facts.node),
          {}};
}

Condition model_ready(const DeviceFacts& facts) {
  if (facts.model.empty()) {
    return {"ModelReady",
            ConditionStatus::no,
            "ModelMissing",
            "spec.deviceModelRef.name is empty, so the device has no DeviceModel",
            {}};
  }
  if (!facts.model_exists) {
    return {"ModelReady",
            ConditionStatus::no,
            "ModelMissing",
            fmt::format("DeviceModel {} does not exist in the device's namespace", facts.model),
            {}};
  }
  return {"ModelReady",
          ConditionStatus::yes,
          "ModelFound",
          fmt::format("DeviceModel {} exists", facts.model),
          {}};
}

/// A node may say of a device that it cannot be reached; that stands while the node itself is here.
std::optional<Condition> reachable(const DeviceFacts& facts, const json& status) {
  if (facts.node.empty()) return std::nullopt;
  const auto known = find_condition(status, "Reachable");
  switch (facts.presence) {
    case Presence::waiting:
      return std::nullopt;
    case Presence::gone:
      return Condition{"Reachable",
                       ConditionStatus::unknown,
                       kNodeGone,
                       fmt::format("node {} is silent; the values are the last it reported", facts.node),
                       {}};
    case Presence::here:
      break;
  }
  if (known && known->reason != kNodeGone) return std::nullopt;
  return Condition{"Reachable",
                   ConditionStatus::yes,
                   "NodeConnected",
                   fmt::format("node {} is connected", facts.node),
                   {}};
}

/// The first of the conditions Ready rests on that is not True. A stock edge sends no MapperReady.
std::optional<Condition> first_obstacle(const json& status) {
  for (const auto* type : {"ModelReady", "Reachable", "MapperReady"}) {
    auto condition = find_condition(status, type);
    if (condition && condition->status != ConditionStatus::yes) return condition;
  }
  return std::nullopt;
}

Condition ready(const DeviceFacts& facts, const json& status) {
  if (facts.node.empty()) {
    return {"Ready", ConditionStatus::no, "NoNode", "spec.nodeName is empty, so no node runs the device", {}};
  }
  if (auto obstacle = first_obstacle(status)) {
    obstacle->type = "Ready";
    return *std::move(obstacle);
  }
  const std::string state = text_at(status, {"state"});
  if (state == "online" || state == "ok") {
    return {
        "Ready", ConditionStatus::yes, "DeviceOnline", "the device is online and its mapper serves it", {}};
  }
  if (state.empty() || state == "unknown") {
    return {"Ready",
            ConditionStatus::unknown,
            "StateUnknown",
            "the node has not reported the device's state",
            {}};
  }
  return {"Ready", ConditionStatus::no, "DeviceNotOnline", fmt::format("the device is {}", state), {}};
}

json* entry_of(json& conditions, const std::string& type) {
  for (json& entry : conditions) {
    if (text_at(entry, {"type"}) == type) return &entry;
  }
  return nullptr;
}

}  // namespace

bool is_controllers_own(const std::string& type) {
  static constexpr std::array<std::string_view, 3> kOwn{"Synced", "ModelReady", "Ready"};
  return std::find(kOwn.begin(), kOwn.end(), type) != kOwn.end();
}

std::optional<Condition> find_condition(const json& status, const std::string& type) {
  const json* conditions = find_at(status, {"conditions"});
  if (!conditions || !conditions->is_array()) return std::nullopt;
  for (const json& entry : *conditions) {
    if (text_at(entry, {"type"}) != type) continue;
    auto condition = wire::parse_condition(entry);
    if (condition) return std::move(*condition);
  }
  return std::nullopt;
}

std::vector<Condition> controller_conditions(const DeviceFacts& facts, const json& status) {
  std::vector<Condition> conditions{synced(facts), model_ready(facts)};
  if (auto condition = reachable(facts, status)) conditions.push_back(*std::move(condition));
  json judged = status.is_object() ? status : json::object();
  std::vector<Condition> passed_over;
  for (const auto& condition : conditions)
    put_condition(judged, condition, {}, passed_over);
  conditions.push_back(ready(facts, judged));
  return conditions;
}

void put_condition(json& status, Condition condition, WallTime now, std::vector<Condition>& transitions) {
  json& conditions = status["conditions"];
  if (!conditions.is_array()) conditions = json::array();
  const auto known = find_condition(status, condition.type);
  const bool same = known && known->status == condition.status;
  condition.last_transition = same ? known->last_transition : now;
  if (!same) transitions.push_back(condition);
  if (same && known->reason == condition.reason && known->message == condition.message) return;
  if (json* entry = entry_of(conditions, condition.type)) {
    *entry = wire::to_json(condition);
  } else {
    conditions.push_back(wire::to_json(condition));
  }
}

}  // namespace hearth::controller
