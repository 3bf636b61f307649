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
constexpr const char* kPending = "Pending";

/// A spec that the node has confirmed in an earlier life of the controller, and that has not changed since.
bool was_delivered(const DeviceFacts& facts, const json& status) {
  const json* observed = find_at(status, {"observedGeneration"});
  if (facts.generation == 0 || !observed || !observed->is_number_integer()) return false;
  const auto known = find_condition(status, "Synced");
  return observed->get<std::int64_t>() == facts.generation && known && known->status == ConditionStatus::yes;
}

Condition not_synced(const char* reason, std::string message) {
  return {"Synced", ConditionStatus::no, reason, std::move(message), {}};
}

Condition node_away(const DeviceFacts& facts) {
  return not_synced(
      "NodeAway",
      fmt::format("node {} has no link to the cloud; it gets the device when it is back", facts.node));
}

std::string missing_model(const DeviceFacts& facts) {
  if (facts.model.empty()) return "spec.deviceModelRef.name is empty, so the device has no DeviceModel";
  return fmt::format("DeviceModel {} does not exist in the device's namespace", facts.model);
}

std::optional<Condition> synced(const DeviceFacts& facts, const json& status) {
  switch (facts.delivery) {
    case Delivery::no_node:
      return not_synced("NoNode", "spec.nodeName is empty, so no node runs the device");
    case Delivery::no_model:
      return not_synced(kPending, missing_model(facts) + "; the device waits for it");
    case Delivery::moving:
      return not_synced(kPending, "the device's former node has not confirmed yet that it let go of it");
    case Delivery::node_away:
      if (facts.presence == Presence::waiting && was_delivered(facts, status)) return std::nullopt;
      return node_away(facts);
    case Delivery::pending:
      if (was_delivered(facts, status)) return std::nullopt;
      return not_synced(kPending, fmt::format("node {} has not confirmed the present spec yet", facts.node));
    case Delivery::unanswered:
      return not_synced("NotAcknowledged",
                        fmt::format("node {} was sent the present spec and did not confirm it", facts.node));
    case Delivery::delivered:
      break;
  }
  if (facts.presence == Presence::gone) return node_away(facts);
  return Condition{"Synced",
                   ConditionStatus::yes,
                   "Delivered",
                   fmt::format("node {} holds the present spec", facts.node),
                   {}};
}

Condition model_ready(const DeviceFacts& facts) {
  if (!facts.model_exists) {
    return {"ModelReady", ConditionStatus::no, "ModelMissing", missing_model(facts), {}};
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
  if (facts.delivery == Delivery::no_model) {
    return {"Ready", ConditionStatus::no, kPending, missing_model(facts) + "; the device waits for it", {}};
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

json* entry_of(json& conditions, std::string_view type) {
  for (json& entry : conditions) {
    if (view_at(entry, {"type"}) == type) return &entry;
  }
  return nullptr;
}

/// The condition's status as it is spelt; empty when there is none.
std::string_view spelt_status(const json& status, std::string_view type) {
  const json* conditions = find_at(status, {"conditions"});
  if (!conditions || !conditions->is_array()) return {};
  for (const json& entry : *conditions) {
    if (view_at(entry, {"type"}) == type) return view_at(entry, {"status"});
  }
  return {};
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
    if (view_at(entry, {"type"}) != type) continue;
    auto condition = wire::parse_condition(entry);
    if (condition) return std::move(*condition);
  }
  return std::nullopt;
}

void put_controller_conditions(json& status, const DeviceFacts& facts, WallTime now,
                               std::vector<Condition>& transitions, TextHold* hold) {
  const auto put = [&](std::optional<Condition> condition) {
    if (condition) put_condition(status, *std::move(condition), now, transitions, hold);
  };
  put(synced(facts, status));
  put(model_ready(facts));
  put(reachable(facts, status));
  put(ready(facts, status));
}

void put_condition(json& status, Condition condition, WallTime now, std::vector<Condition>& transitions,
                   TextHold* hold) {
  if (!status.is_object()) status = json::object();
  json& conditions = status["conditions"];
  if (!conditions.is_array()) conditions = json::array();
  const auto known = find_condition(status, condition.type);
  const bool same = known && known->status == condition.status;
  condition.last_transition = same ? known->last_transition : now;
  if (!same) transitions.push_back(condition);
  if (same && known->reason == condition.reason) {
    if (known->message == condition.message) return;
    if (hold && hold->active) {
      hold->held.insert_or_assign(condition.type, std::move(condition));
      return;
    }
    if (hold) hold->refreshed = true;
  }
  if (json* entry = entry_of(conditions, condition.type)) {
    *entry = wire::to_json(condition);
  } else {
    conditions.push_back(wire::to_json(condition));
  }
}

bool is_stale(const json& status) {
  const auto reachable = spelt_status(status, "Reachable");
  if (!reachable.empty() && reachable != "True") return true;
  if (spelt_status(status, "MapperReady") == "False") return true;
  const auto state = view_at(status, {"state"});
  return state == "offline" || state == "disconnected";
}

}  // namespace hearth::controller
