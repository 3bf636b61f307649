// SPDX-License-Identifier: Apache-2.0
#include "cloud/controller/status_builder.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "cloud/controller/api_object.hpp"

namespace hearth::controller {
namespace {

using nlohmann::json;

std::string_view type_or_default(const std::string& type) {
  return type.empty() ? std::string_view("string") : std::string_view(type);
}

json twin_value(const wire::TwinValue& value, const std::string& type) {
  json metadata = {{"type", type_or_default(type)}};
  if (value.timestamp != 0) metadata["timestamp"] = std::to_string(value.timestamp);
  return {{"value", value.value}, {"metadata", std::move(metadata)}};
}

std::int64_t timestamp_of(const json& value) {
  const auto text = view_at(value, {"metadata", "timestamp"});
  std::int64_t ms = 0;
  std::from_chars(text.data(), text.data() + text.size(), ms);
  return ms;
}

/// Times come from anywhere, so their difference may not fit.
bool is_near(std::int64_t one, std::int64_t other) {
  const auto [low, high] = std::minmax(one, other);
  return static_cast<std::uint64_t>(high) - static_cast<std::uint64_t>(low) <
         static_cast<std::uint64_t>(kFreshnessStep.count());
}

/// Whether only the time differs, and by too little to be worth a write.
bool is_as_fresh(const json& before, const wire::TwinValue& value, const std::string& type) {
  const json* known = find_at(before, {"value"});
  return known && known->is_string() && known->get_ref<const std::string&>() == value.value &&
         view_at(before, {"metadata", "type"}) == type_or_default(type) &&
         is_near(timestamp_of(before), value.timestamp);
}

void put_value(json& twin, const char* key, const std::optional<wire::TwinValue>& value,
               const std::string& type) {
  if (!value) return;
  const auto before = twin.find(key);
  if (before != twin.end() && is_as_fresh(*before, *value, type)) return;
  twin[key] = twin_value(*value, type);
}

std::optional<wire::TwinValue> recall_value(const json& twin, const char* key) {
  const json* value = find_at(twin, {key});
  if (!value) return std::nullopt;
  return wire::TwinValue{text_at(*value, {"value"}), timestamp_of(*value)};
}

/// Mostly they stand at the same place in both lists.
const json* known_twin(const json& status, std::string_view property, std::size_t place) {
  const json* twins = find_at(status, {"twins"});
  if (!twins || !twins->is_array()) return nullptr;
  if (place < twins->size() && view_at((*twins)[place], {"propertyName"}) == property)
    return &(*twins)[place];
  for (const json& twin : *twins) {
    if (view_at(twin, {"propertyName"}) == property) return &twin;
  }
  return nullptr;
}

void mark_stale(json& twin, bool stale) {
  const auto reported = twin.find("reported");
  if (reported == twin.end() || !reported->is_object()) return;
  const auto metadata = reported->find("metadata");
  const bool has_metadata = metadata != reported->end() && metadata->is_object();
  if (stale) {
    (has_metadata ? *metadata : (*reported)["metadata"] = json::object())["stale"] = "true";
  } else if (has_metadata) {
    metadata->erase("stale");
  }
}

/// One entry a property of the spec that has ever been reported, in the spec's order.
json build_twins(const json& spec, const json& status, const StatusChange& change, bool stale) {
  json twins = json::array();
  const json* properties = find_at(spec, {"properties"});
  if (!properties || !properties->is_array()) return twins;
  for (const json& property : *properties) {
    const std::string name = text_at(property, {"name"});
    const json* known = known_twin(status, name, twins.size());
    const auto report = change.twins.find(name);
    if (name.empty() || (!known && report == change.twins.end())) continue;
    json twin = known ? *known : json{{"propertyName", name}};
    if (report != change.twins.end()) {
      put_value(twin, "reported", report->second.reported, report->second.type);
      put_value(twin, "observedDesired", report->second.desired, report->second.type);
    }
    mark_stale(twin, stale);
    twins.push_back(std::move(twin));
  }
  return twins;
}

/// Into `fields` what a patch must say of the twins.
void add_twins(json& fields, const json& spec, const json& status, const StatusChange& change, bool stale) {
  const json* known = find_at(status, {"twins"});
  json twins = build_twins(spec, status, change, stale);
  if (known ? *known == twins : twins.empty()) return;
  std::string values = print_values(twins);
  if (view_at(status, {"values"}) != values || !find_at(status, {"values"}))
    fields["values"] = std::move(values);
  fields["twins"] = std::move(twins);
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

bool is_twin_field(const std::string& key) {
  return key == "twins" || key == "values";
}

/// The status but for its twins, which are large and treated apart.
json without_twins(const json& status) {
  json rest = json::object();
  if (!status.is_object()) return rest;
  for (const auto& [key, value] : status.items()) {
    if (!is_twin_field(key)) rest[key] = value;
  }
  return rest;
}

/// Into `fields` those of `after` that differ.
void add_difference(json& fields, const json& before, const json& after) {
  for (const auto& [key, value] : after.items()) {
    const json* known = find_at(before, {key});
    if (!known || *known != value) fields[key] = value;
  }
}

}  // namespace

void StatusChange::merge(StatusChange newer) {
  judge = judge || newer.judge;
  for (auto& [name, report] : newer.twins) {
    TwinReport& merged = twins[name];
    if (report.reported) merged.reported = std::move(report.reported);
    if (report.desired) merged.desired = std::move(report.desired);
    if (!report.type.empty()) merged.type = std::move(report.type);
  }
  if (newer.state) state = std::move(newer.state);
  if (newer.last_online && !newer.last_online->empty()) last_online = std::move(newer.last_online);
  for (auto& [type, condition] : newer.conditions)
    conditions.insert_or_assign(type, std::move(condition));
}

StatusChange recall(const json& status) {
  StatusChange change;
  if (const auto state = text_at(status, {"state"}); !state.empty()) change.state = state;
  if (const auto time = text_at(status, {"lastOnlineTime"}); !time.empty()) change.last_online = time;
  const json* twins = find_at(status, {"twins"});
  if (!twins || !twins->is_array()) return change;
  for (const json& twin : *twins) {
    const std::string name = text_at(twin, {"propertyName"});
    if (name.empty()) continue;
    TwinReport& report = change.twins[name];
    report.reported = recall_value(twin, "reported");
    report.desired = recall_value(twin, "observedDesired");
    report.type = text_at(twin, {"reported", "metadata", "type"});
  }
  return change;
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
                                              WallTime now, TextHold* hold) {
  StatusPatch patch;
  json fields = json::object();
  if (change.twins_alone()) {
    add_twins(fields, spec, status, change, is_stale(status));
  } else {
    json next = without_twins(status);
    put_state(next, change);
    put_observed_generation(next, facts.delivered_generation);
    for (const auto& [type, condition] : change.conditions)
      put_condition(next, condition, now, patch.transitions, hold);
    put_controller_conditions(next, facts, now, patch.transitions, hold);
    add_difference(fields, status, next);
    add_twins(fields, spec, status, change, is_stale(next));
  }
  if (fields.empty()) return std::nullopt;
  patch.body = {{"status", std::move(fields)}};
  return patch;
}

}  // namespace hearth::controller
