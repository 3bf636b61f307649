// SPDX-License-Identifier: Apache-2.0
// Conditions of a device as the edge knows them, and the message that carries them to a Hearth cloud: source
// "twin", group "resource", operation "update", resource "device/<ns>/<name>/conditions/update". KubeEdge has
// no such message, so it goes only to a peer that showed the Hearth-Protocol header.
// Thread: plain values.   Errors: a document of another shape gives an Error.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "sdk/base/error.hpp"
#include "sdk/base/ids.hpp"
#include "sdk/base/time.hpp"

namespace hearth::wire {

enum class ConditionStatus { yes, no, unknown };  ///< "True", "False", "Unknown"

struct Condition {
  std::string type;  ///< MapperReady, Ready, …
  ConditionStatus status = ConditionStatus::unknown;
  std::string reason;   ///< CamelCase
  std::string message;  ///< one sentence
  WallTime last_transition;
  bool operator==(const Condition&) const = default;
};

nlohmann::json to_json(const Condition& condition);  ///< as metav1.Condition: lastTransitionTime in RFC 3339
Result<Condition> parse_condition(const nlohmann::json& document);

std::string conditions_update_resource(const DeviceId& id);
nlohmann::json conditions_report(std::int64_t now_ms, const std::string& device_uid,
                                 const std::vector<Condition>& conditions);
struct ConditionsReport {
  std::string device_uid;
  std::vector<Condition> conditions;
};
Result<ConditionsReport> parse_conditions_report(const nlohmann::json& document);

}  // namespace hearth::wire
