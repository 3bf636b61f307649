// SPDX-License-Identifier: Apache-2.0
#include "cloud/controller/status_builder.hpp"

#include <charconv>
#include <cstdlib>
#include <utility>

#include "cloud/controller/api_object.hpp"

namespace hearth::controller {
namespace {

using nlohmann::json;

json twin_value(const wire::TwinValue& value, const std::string& type) {
  json metadata = {{"type", type.empty() ? "string" : type}};
  if (value.timestamp != 0) metadata["timestamp"] = std::to_string(value.timestamp);
  return {{"value", value.value}, {"metadata", std::move(metadata)}};
}

std::int64_t timestamp_of(const json& value) {
  const std::string text = text_at(value, {"metadata", "timestamp"});
  std::int64_t ms = 0;
  std::from_chars(text.data(), text.data() + text.size(), ms);
  return ms;
}

/// Whether only the time differs, and by too little to be worth a write.
bool is_as_fresh(const json& before, const json& now) {
  return text_at(before, {"value"}) == text_at(now, {"value"}) &&
         text_at(before, {"metadata", "type"}) == text_at(now, {"metadata", "type"}) &&
         std::abs(timestamp_of(now) - timestamp_of(before)) < kFreshnessStep.count();
}

void put_value(json& twin, const char* key, const std::optional<wire::TwinValue>& value,
               const std::string& type) {
  if (!value) return;
  json fresh = twin_value(*value, type);
  const auto before = twin.find(key);
  if (before != twin.end() && is_as_fresh(*before, fresh)) return;
  twin[key] = std::move(fresh);
}

const json* known_twin(const json& status, const std::string& property) {
  const json* twins = find_at(status, {"twins"});
  if (!twins || !twins->is_array()) return nullptr;
  for (const json& twin : *twins) {
    if (text_at(twin, {"propertyName"}) == property) return &twin;
  }
  return nullptr;
}

/// One entry a property of the spec that has ever been reported, in the spec's order.
json build_twins(const json& spec, const json& status, const StatusChange& change) {
  json twins = json::array();
  const json* properties = find_at(spec, {"properties"});
  if (!properties || !properties->is_array()) return twins;
  for (const json& property : *properties) {
    const std::string name = text_at(property, {"name"});
    const json* known = known_twin(status, name);
    const auto report = change.twins.find(name);
    if (name.empty() || (!known && report == change.twins.end())) continue;
    json twin = known ? *known : json{{"propertyName", name}};
    if (report != change.twins.end()) {
      put_value(twin, "reported", report->second.reported, report->second.type);
      put_value(twin, "observedDesired", report->second.desired, report->second.type);
    }
    twins.push_back(std::move(twin));
  }
  return twins;
}

/// The API's value, unless the new one is really later.
std::string newer_online_time(const std::string& before, const std::string& reported) {
  const auto old_time = parse_rfc3339(before);
  const auto new_time = parse_rfc3339(reported);
  if (!old_time || !new_time) return reported;
  return std::chrono::abs(*new_time - *old_time) < kFreshnessStep ? before : reported;
}

void put_state(json& status, const StatusChange& change) {
  if (!change.state) return;
  const bool same = text_at(status, {"state"}) == *change.state;
  status["state"] = *change.state;
  if (!change.last_online || change.last_online->empty()) return;
  const std::string before = text_at(status, {"lastOnlineTime"});
  status["lastOnlineTime"] = same ? newer_online_time(before, *change.last_online) : *change.last_online;
}

void put_observed_generation(json& status, std::int64_t generation) {
  if (generation != 0) status["observedGeneration"] = generation;
}

/// The fields that differ; null for those that are gone, as a merge patch wants it.
json difference(const json& before, const json& after) {
  json fields = json::object();
  for (const auto& [key, value] : after.items()) {
    const json* known = find_at(before, {key});
    if (!known || *known != value) fields[key] = value;
  }
  if (!before.is_object()) return fields;
  for (const auto& [key, value] : before.items()) {
    if (!after.contains(key)) fields[key] = nullptr;
  }
  return fields;
}

}  // namespace

void StatusChange::merge(const StatusChange& newer) {
  forget = forget || newer.forget;
  for (const auto& [name, report] : newer.twins) {
    TwinReport& merged = twins[name];
    if (report.reported) merged.reported = report.reported;
    if (report.desired) merged.desired = report.desired;
    if (!report.type.empty()) merged.type = report.type;
  }
  if (newer.state) state = newer.state;
  if (newer.last_online && !newer.last_online->empty()) last_online = newer.last_online;
  for (const auto& [type, condition] : newer.conditions)
    conditions.insert_or_assign(type, condition);
}

std::string print_values(const json& twins) {
  std::string text;
  if (!twins.is_array()) return text;
  for (const json& twin : twins) {
    const json* value = find_at(twin, {"reported", "value"});
    if (!value || !value->is_string()) continue;
    if (!text.empty()) text += ',';
    text += text_at(twin, {"propertyName"}) + "=" + value->get<std::string>();
  }
  return text;
}

std::optional<StatusPatch> build_status_patch(const json& spec, const json& status,
                                              const StatusChange& change, const DeviceFacts& facts,
                                              WallTime now) {
  StatusPatch patch;
  json next = status.is_object() && !change.forget ? status : json::object();
  json twins = build_twins(spec, next, change);
  if (!twins.empty() || next.contains("twins")) {
    next["values"] = print_values(twins);
    next["twins"] = std::move(twins);
  }
  put_state(next, change);
  put_observed_generation(next, facts.delivered_generation);
  for (const auto& [type, condition] : change.conditions) {
    put_condition(next, condition, now, patch.transitions);
  }
  for (const auto& condition : controller_conditions(facts, next)) {
    put_condition(next, condition, now, patch.transitions);
  }
  json fields = difference(status, next);
  if (fields.empty()) return std::nullopt;
  patch.body = {{"status", std::move(fields)}};
  return patch;
}

}  // namespace hearth::controller
