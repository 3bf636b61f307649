// SPDX-License-Identifier: Apache-2.0
// The conditions of a device that the controller itself answers for: Synced, ModelReady, Reachable and the summary
// Ready; and how a condition is put into a status.
// Thread: pure functions.   Errors: none.
#pragma once

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
  std::int64_t delivered_generation = 0;
  Presence presence = Presence::waiting;
};

/// Types that a node's report cannot set.
bool is_controllers_own(const std::string& condition_type);

/// Computed over a status that already holds what the node reported.
std::vector<wire::Condition> controller_conditions(const DeviceFacts& facts, const nlohmann::json& status);

/// Into status.conditions by type. lastTransitionTime changes only with the status; such a change is added to
/// `transitions`.
void put_condition(nlohmann::json& status, wire::Condition condition, WallTime now,
                   std::vector<wire::Condition>& transitions);

std::optional<wire::Condition> find_condition(const nlohmann::json& status, const std::string& type);

}  // namespace hearth::controller
