// SPDX-License-Identifier: Apache-2.0
#include "host/twin/own_conditions.hpp"

#include <fmt/format.h>

namespace hearth::twin {
namespace {

using wire::Condition;
using wire::ConditionStatus;

constexpr const char* kStorageHealthy = "StorageHealthy";
constexpr const char* kDesiredExpired = "DesiredExpired";

bool is_usual(const Condition& condition) {
  return (condition.type == kStorageHealthy) == (condition.status == ConditionStatus::yes);
}

}  // namespace

std::vector<Condition> OwnConditions::of(const DeviceId& id, const TwinDevice& device) {
  std::vector<Condition> conditions{storage(), expired(device)};
  for (auto& condition : conditions)
    condition.last_transition = since(id, condition);
  return conditions;
}

void OwnConditions::forget(const DeviceId& id) {
  standing_.erase({id, kStorageHealthy});
  standing_.erase({id, kDesiredExpired});
}

WallTime OwnConditions::since(const DeviceId& id, const Condition& condition) {
  const std::pair key{id, condition.type};
  const auto found = standing_.find(key);
  if (found == standing_.end()) {
    if (is_usual(condition)) return since_start_;
    return standing_.emplace(key, Standing{condition.status, core_.clock()}).first->second.since;
  }
  if (found->second.status != condition.status) found->second = {condition.status, core_.clock()};
  return found->second.since;
}

Condition OwnConditions::storage() const {
  if (const auto& problem = core_.store.problem()) {
    return {kStorageHealthy,
            ConditionStatus::no,
            problem->code,
            fmt::format("values are held in memory only, a restart would lose them: {}", problem->text),
            {}};
  }
  const auto& note = core_.options.storage_note;
  if (!note.empty()) return {kStorageHealthy, ConditionStatus::yes, "Recovered", note, {}};
  return {kStorageHealthy, ConditionStatus::yes, "Stored", "the node's database takes every change", {}};
}

Condition OwnConditions::expired(const TwinDevice& device) {
  auto text = describe_expired(device.properties);
  if (text.empty())
    return {kDesiredExpired, ConditionStatus::no, "InTime", "no desired value has expired", {}};
  return {kDesiredExpired, ConditionStatus::yes, "Expired", std::move(text), {}};
}

}  // namespace hearth::twin
