// SPDX-License-Identifier: Apache-2.0
#include "sdk/wire/condition.hpp"

#include <fmt/format.h>

namespace hearth::wire {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxConditions = 64;

std::string_view status_text(ConditionStatus status) {
  switch (status) {
    case ConditionStatus::yes:
      return "True";
    case ConditionStatus::no:
      return "False";
    case ConditionStatus::unknown:
      return "Unknown";
  }
  return "Unknown";
}

Error malformed(std::string_view what) {
  return invalid("MalformedCondition", fmt::format("condition: {}", what));
}

Result<std::string> text(const json& document, const char* key) {
  const auto found = document.find(key);
  if (found == document.end() || !found->is_string())
    return malformed(fmt::format("\"{}\" must be a string", key));
  return found->get<std::string>();
}

Result<ConditionStatus> parse_status(std::string_view status) {
  for (const auto candidate : {ConditionStatus::yes, ConditionStatus::no, ConditionStatus::unknown}) {
    if (status_text(candidate) == status) return candidate;
  }
  return malformed("\"status\" must be True, False or Unknown");
}

}  // namespace

json to_json(const Condition& condition) {
  return {{"type", condition.type},
          {"status", status_text(condition.status)},
          {"reason", condition.reason},
          {"message", condition.message},
          {"lastTransitionTime", to_rfc3339(condition.last_transition)}};
}

Result<Condition> parse_condition(const json& document) {
  if (!document.is_object()) return malformed("must be an object");
  Condition condition;
  for (const auto& [key, target] :
       {std::pair{"type", &condition.type}, {"reason", &condition.reason}, {"message", &condition.message}}) {
    auto value = text(document, key);
    if (!value) return value.error();
    *target = std::move(*value);
  }
  const auto written_status = text(document, "status");
  if (!written_status) return written_status.error();
  const auto status = parse_status(*written_status);
  if (!status) return status.error();
  condition.status = *status;
  const auto written_time = text(document, "lastTransitionTime");
  if (!written_time) return written_time.error();
  const auto time = parse_rfc3339(*written_time);
  if (!time) return time.error();
  condition.last_transition = *time;
  return condition;
}

json conditions_report(std::int64_t now_ms, const std::string& device_uid,
                       const std::vector<Condition>& conditions) {
  auto list = json::array();
  for (const auto& condition : conditions)
    list.push_back(to_json(condition));
  return {{"timestamp", now_ms}, {"uid", device_uid}, {"conditions", std::move(list)}};
}

Result<ConditionsReport> parse_conditions_report(const json& document) {
  if (!document.is_object()) return malformed("report must be an object");
  ConditionsReport report;
  auto uid = text(document, "uid");
  if (!uid) return uid.error();
  report.device_uid = std::move(*uid);
  const auto list = document.find("conditions");
  if (list == document.end() || !list->is_array()) return malformed("\"conditions\" must be a list");
  if (list->size() > kMaxConditions) return malformed(fmt::format("at most {} are taken", kMaxConditions));
  for (const auto& item : *list) {
    auto condition = parse_condition(item);
    if (!condition) return condition.error();
    report.conditions.push_back(std::move(*condition));
  }
  return report;
}

}  // namespace hearth::wire
