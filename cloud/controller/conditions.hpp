// SPDX-License-Identifier: Apache-2.0
// The conditions of a device that the controller itself answers for: Synced, ModelReady, Reachable and the summary
// Ready; and how a condition is put into a status.
// Thread: pure functions.   Errors: none.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "cloud/controller/downlink.hpp"
#include "sdk/base/time.hpp"
#include "sdk/wire/condition.hpp"

namespace hearth::controller {

/// Whether a node has a link.
enum class Presence {
  waiting,  ///< without a link for less than the grace: nothing is said of its devices yet
  here,
  gone,
};

/// What the controller knows about a device beside its object.
struct DeviceFacts {
  std::string node;
  std::string model;
  bool model_exists = false;
  Delivery delivery = Delivery::no_node;
  std::int64_t delivered_generation = 0;  ///< 0 = not known
  Presence presence = Presence::waiting;
  std::int64_t generation = 0;  ///< metadata.generation of the object
};

/// Conditions whose text alone has changed, which is not worth a write each time.
struct TextHold {
  bool active = false;  ///< such changes are put aside into `held`
  std::map<std::string, wire::Condition> held;
  bool refreshed = false;  ///< not active, and there was such a change
};

/// Types that a node's report cannot set.
bool is_controllers_own(const std::string& condition_type);

/// Into status.conditions by type. lastTransitionTime changes only with the status; such a change is added to
/// `transitions`.
void put_condition(nlohmann::json& status, wire::Condition condition, WallTime now,
                   std::vector<wire::Condition>& transitions, TextHold* hold = nullptr);

/// Judges a status that already holds what the node reported, and puts the controller's conditions into it.
void put_controller_conditions(nlohmann::json& status, const DeviceFacts& facts, WallTime now,
                               std::vector<wire::Condition>& transitions, TextHold* hold = nullptr);

std::optional<wire::Condition> find_condition(const nlohmann::json& status, const std::string& type);

/// Whether the reported values are the last known ones and nobody vouches for them now: the node is silent, the
/// device cannot be reached, or no mapper serves it.
bool is_stale(const nlohmann::json& status);

}  // namespace hearth::controller
