// SPDX-License-Identifier: Apache-2.0
#include "host/twin/twin_table.hpp"

#include <fmt/format.h>

#include "sdk/base/time.hpp"
#include "sdk/device/desired_life.hpp"

namespace hearth::twin {
namespace {

using device::PropertyType;

Error refused(std::string text) {
  return invalid("400", std::move(text));
}

/// metadata.type as clients may write it; empty means string.
std::optional<PropertyType> type_of_text(std::string_view text) {
  if (text.empty()) return PropertyType::string;
  if (text == "integer") return PropertyType::integer;
  for (const auto type : {PropertyType::integer, PropertyType::single, PropertyType::real,
                          PropertyType::string, PropertyType::boolean, PropertyType::bytes}) {
    if (device::twin_type(type) == text) return type;
  }
  return std::nullopt;
}

/// The type that a key's values must have, and what the twin is to say of it.
struct KeyType {
  PropertyType type = PropertyType::string;
  std::string text = "string";
  const device::ModelProperty* model = nullptr;
};

Result<KeyType> key_type(const std::string& key, const Property* held, const wire::TwinEntry& entry,
                         const device::DeviceModel* model) {
  if (const auto* known = model ? model->find(key) : nullptr) {
    return KeyType{known->type, std::string(device::twin_type(known->type)), known};
  }
  const std::string text = held ? held->type : entry.type;
  const auto type = type_of_text(text);
  if (!type) {
    return refused(fmt::format(
        "key \"{}\": type \"{}\" is none of string, int, integer, float, double, boolean and bytes", key,
        text));
  }
  return KeyType{*type, text.empty() ? "string" : text, nullptr};
}

Result<void> check_entry(const std::string& key, const wire::TwinEntry& entry, const KeyType& type) {
  if (entry.actual) {
    if (const auto value = device::parse_value(type.type, entry.actual->value); !value) {
      return refused(fmt::format("key \"{}\" of type {}: actual: {}", key, type.text, value.error().text));
    }
  }
  // An empty expected value is how clients take a wish back.
  if (entry.expected && !entry.expected->value.empty()) {
    const auto value = type.model ? device::check_value(*type.model, entry.expected->value)
                                  : device::parse_value(type.type, entry.expected->value);
    if (!value) {
      return refused(fmt::format("key \"{}\" of type {}: expected: {}", key, type.text, value.error().text));
    }
  }
  return {};
}

void set_actual(Property& property, const std::string& value, std::int64_t now_ms) {
  if (property.actual && property.actual->value == value) return;
  property.actual = wire::TwinValue{value, now_ms};
  ++property.actual_version;
}

/// A client at the edge wishes: without end, and even for what had expired.
void set_expected(Property& property, const std::string& value, std::int64_t now_ms) {
  if (const auto* live = property.live_expected(); live && live->value == value) return;
  property.expected = wire::TwinValue{value, now_ms};
  property.expires_ms = 0;
  property.lapse = Lapse::none;
  ++property.expected_version;
}

/// What P3 shows of one key: the sides that the update named.
wire::TwinEntry touched_entry(const Property& next, const wire::TwinEntry& update) {
  auto entry = to_entry(next);
  if (!update.expected) entry.expected.reset();
  if (!update.actual) entry.actual.reset();
  return entry;
}

void plan_removal(TwinChange& change, const std::string& key, const Property* held) {
  change.touched[key].remove = true;
  if (held && held->optional) record(change, key, held, std::nullopt);
}

bool is_stale(const Property* held, const Property& next, std::chrono::milliseconds refresh,
              std::int64_t now_ms) {
  return held && *held == next && next.actual && now_ms - next.actual->timestamp >= refresh.count();
}

Result<void> plan_entry(TwinChange& change, const std::string& key, const Property* held,
                        const wire::TwinEntry& entry, const UpdateRules& rules) {
  const auto* model = rules.model;
  const auto type = key_type(key, held, entry, model);
  if (!type) return type.error();
  if (const auto checked = check_entry(key, entry, *type); !checked) return checked.error();
  Property next = held ? *held : Property{};
  next.type = type->text;
  if (entry.optional == false) next.optional = false;
  if (entry.expected) set_expected(next, entry.expected->value, rules.now_ms);
  if (entry.actual) set_actual(next, entry.actual->value, rules.now_ms);
  change.touched[key] = touched_entry(next, entry);
  if (entry.actual && is_stale(held, next, rules.refresh, rules.now_ms)) change.refreshed.insert(key);
  // KubeEdge's document shows equal values, too.
  if (held && *held == next) change.document[key] = {to_entry(*held), to_entry(next)};
  record(change, key, held, std::move(next));
  return {};
}

std::size_t count_added(const Properties& held, const TwinChange& change) {
  std::size_t added = 0;
  for (const auto& [key, next] : change.properties)
    added += next && !held.contains(key) ? 1 : 0;
  return added;
}

}  // namespace

bool is_met(const std::string& key, const Property& property, const device::DeviceModel* model) {
  if (!property.expected || !property.actual) return false;
  const auto& expected = property.expected->value;
  const auto& actual = property.actual->value;
  if (expected == actual) return true;
  const auto* known = model ? model->find(key) : nullptr;
  const auto type = known ? known->type : type_of_text(property.type).value_or(PropertyType::string);
  if (type == PropertyType::string) return false;
  const auto wanted = device::parse_value(type, expected);
  const auto found = device::parse_value(type, actual);
  return wanted && found && *wanted == *found;
}

void record(TwinChange& change, const std::string& key, const Property* held, std::optional<Property> next) {
  if (held && next && *held == *next) return;
  if (!held && !next) return;
  change.document[key] = {held ? std::optional(to_entry(*held)) : std::nullopt,
                          next ? std::optional(to_entry(*next)) : std::nullopt};
  const Property none;
  const auto& before = held ? *held : none;
  const auto& after = next ? *next : none;
  if (before.expires_ms != after.expires_ms || before.lapse != after.lapse) change.life_changed = true;
  change.properties[key] = std::move(next);
}

const Property* find_property(const Properties& held, const std::string& key) {
  const auto found = held.find(key);
  return found == held.end() ? nullptr : &found->second;
}

std::set<std::string> TwinChange::reported_keys() const {
  std::set<std::string> keys = refreshed;
  for (const auto& [key, next] : properties) {
    if (next) keys.insert(key);
  }
  return keys;
}

wire::TwinEntry to_entry(const Property& property) {
  const auto* expected = property.live_expected();
  return {expected ? std::optional(*expected) : std::nullopt, property.actual, property.optional,
          property.type, false};
}

Result<TwinChange> plan_update(const Properties& held, const wire::TwinMap& update,
                               const UpdateRules& rules) {
  TwinChange change;
  for (const auto& [key, entry] : update) {
    const Property* property = find_property(held, key);
    if (entry.remove) {
      plan_removal(change, key, property);
      continue;
    }
    const auto planned = plan_entry(change, key, property, entry, rules);
    if (!planned) return planned.error();
  }
  if (held.size() + count_added(held, change) > kMaxProperties) {
    return refused(fmt::format("a device can have at most {} properties", kMaxProperties));
  }
  return change;
}

std::optional<nlohmann::json> make_delta(const Properties& held, const device::DeviceModel* model,
                                         std::int64_t now_ms, std::int64_t trusted_ms) {
  const auto wanted = [&](const Property& property) {
    const auto* expected = property.live_expected();
    const bool over = property.expires_ms != 0 && property.expires_ms <= trusted_ms;
    return expected && !expected->value.empty() && !over;
  };
  wire::TwinMap entries;
  std::map<std::string, std::string> delta;
  for (const auto& [key, property] : held) {
    if (wanted(property) && !is_met(key, property, model)) delta[key] = property.expected->value;
  }
  if (delta.empty()) return std::nullopt;
  for (const auto& [key, property] : held) {
    if (wanted(property)) entries[key] = to_entry(property);
  }
  auto document = wire::twin_delta(now_ms, entries);
  document["delta"] = std::move(delta);
  for (const auto& [key, entry] : entries) {
    const auto expires_ms = held.at(key).expires_ms;
    if (expires_ms == 0) continue;
    // For mappers of outside that are slow to carry it out; stock ones pass over what they do not know.
    document["twin"][key]["expected"]["metadata"][device::kExpiresAt] = to_rfc3339(from_unix_ms(expires_ms));
  }
  return document;
}

const TwinDevice* TwinTable::find(const DeviceId& id) const {
  return devices_.find(id);
}

TwinDevice& TwinTable::add(const DeviceId& id) {
  return devices_[id];
}

void TwinTable::remove(const DeviceId& id) {
  devices_.erase(id);
}

TwinDevice* TwinTable::edit(const DeviceId& id) {
  return devices_.find(id);
}

void TwinTable::adopt(const DeviceId& id, const TwinChange& change, std::int64_t now_ms) {
  auto& properties = devices_[id].properties;
  for (const auto& [key, next] : change.properties) {
    if (next) {
      properties[key] = *next;
    } else {
      properties.erase(key);
    }
  }
  for (const auto& key : change.refreshed) {
    if (auto& actual = properties[key].actual) actual->timestamp = now_ms;
  }
}

}  // namespace hearth::twin
