// SPDX-License-Identifier: Apache-2.0
#include "host/twin/twin_table.hpp"

#include <fmt/format.h>

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

void set_value(std::optional<wire::TwinValue>& side, std::uint64_t& version, const std::string& value,
               std::int64_t now_ms) {
  if (side && side->value == value) return;
  side = wire::TwinValue{value, now_ms};
  ++version;
}

std::optional<wire::TwinEntry> to_optional_entry(const Property* property) {
  return property ? std::optional(to_entry(*property)) : std::nullopt;
}

const Property* find_property(const Properties& held, const std::string& key) {
  const auto found = held.find(key);
  return found == held.end() ? nullptr : &found->second;
}

void record(TwinChange& change, const std::string& key, const Property* held, std::optional<Property> next) {
  if (held && next && *held == *next) return;
  if (!held && !next) return;
  change.document[key] = {to_optional_entry(held), to_optional_entry(next ? &*next : nullptr)};
  change.properties[key] = std::move(next);
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

Result<void> plan_entry(TwinChange& change, const std::string& key, const Property* held,
                        const wire::TwinEntry& entry, const device::DeviceModel* model, std::int64_t now_ms) {
  const auto type = key_type(key, held, entry, model);
  if (!type) return type.error();
  if (const auto checked = check_entry(key, entry, *type); !checked) return checked.error();
  Property next = held ? *held : Property{};
  next.type = type->text;
  if (entry.optional == false) next.optional = false;
  if (entry.expected) set_value(next.expected, next.expected_version, entry.expected->value, now_ms);
  if (entry.actual) set_value(next.actual, next.actual_version, entry.actual->value, now_ms);
  change.touched[key] = touched_entry(next, entry);
  record(change, key, held, std::move(next));
  return {};
}

std::size_t count_added(const Properties& held, const TwinChange& change) {
  std::size_t added = 0;
  for (const auto& [key, next] : change.properties)
    added += next && !held.contains(key) ? 1 : 0;
  return added;
}

/// An empty text wishes for nothing: the CRD demands "value" even where there is no wish.
std::optional<std::string> desired_of(const device::DeviceProperty* property) {
  if (!property || !property->desired || property->desired->empty()) return std::nullopt;
  return property->desired;
}

/// The expected value of one property by the new spec, in the light of the old one.
std::optional<wire::TwinValue> next_expected(const std::optional<wire::TwinValue>& held,
                                             const std::optional<std::string>& before,
                                             const std::optional<std::string>& after, std::int64_t now_ms) {
  if (after && (after != before || !held)) {
    return held && held->value == *after ? held : std::optional(wire::TwinValue{*after, now_ms});
  }
  if (!after && before && held && held->value == *before) return std::nullopt;
  return held;
}

bool same_value(const std::string& key, const Property& property, const device::DeviceModel* model) {
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

}  // namespace

std::set<std::string> TwinChange::reported_keys() const {
  std::set<std::string> keys;
  for (const auto& [key, next] : properties) {
    if (next) keys.insert(key);
  }
  return keys;
}

wire::TwinEntry to_entry(const Property& property) {
  return {property.expected, property.actual, property.optional, property.type, false};
}

Result<TwinChange> plan_update(const Properties& held, const wire::TwinMap& update,
                               const device::DeviceModel* model, std::int64_t now_ms) {
  TwinChange change;
  for (const auto& [key, entry] : update) {
    const Property* property = find_property(held, key);
    if (entry.remove) {
      plan_removal(change, key, property);
      continue;
    }
    const auto planned = plan_entry(change, key, property, entry, model, now_ms);
    if (!planned) return planned.error();
  }
  if (held.size() + count_added(held, change) > kMaxProperties) {
    return refused(fmt::format("a device can have at most {} properties", kMaxProperties));
  }
  return change;
}

TwinChange plan_desired(const Properties& held, const device::Device* previous, const device::Device& next,
                        const device::DeviceModel* model, std::int64_t now_ms) {
  std::set<std::string> keys;
  for (const auto& property : next.properties)
    keys.insert(property.name);
  if (previous) {
    for (const auto& property : previous->properties)
      keys.insert(property.name);
  }
  TwinChange change;
  for (const auto& key : keys) {
    const Property* property = find_property(held, key);
    const auto before = desired_of(previous ? previous->find(key) : nullptr);
    const auto after = desired_of(next.find(key));
    Property planned = property ? *property : Property{};
    planned.expected = next_expected(planned.expected, before, after, now_ms);
    if (planned.expected == (property ? property->expected : std::nullopt)) continue;
    ++planned.expected_version;
    if (const auto* known = model ? model->find(key) : nullptr) planned.type = device::twin_type(known->type);
    record(change, key, property, std::move(planned));
  }
  return change;
}

std::optional<nlohmann::json> make_delta(const Properties& held, const device::DeviceModel* model,
                                         std::int64_t now_ms) {
  wire::TwinMap entries;
  for (const auto& [key, property] : held) {
    if (property.expected && !property.expected->value.empty()) entries[key] = to_entry(property);
  }
  auto document = wire::twin_delta(now_ms, entries);
  auto& delta = document["delta"];
  for (const auto& [key, entry] : entries) {
    const auto& property = held.at(key);
    if (property.actual && same_value(key, property, model)) delta.erase(key);
  }
  if (delta.empty()) return std::nullopt;
  return document;
}

const TwinDevice* TwinTable::find(const DeviceId& id) const {
  const auto found = devices_.find(id);
  return found == devices_.end() ? nullptr : &found->second;
}

TwinDevice& TwinTable::add(const DeviceId& id) {
  return devices_[id];
}

void TwinTable::remove(const DeviceId& id) {
  devices_.erase(id);
}

void TwinTable::adopt(const DeviceId& id, const TwinChange& change) {
  auto& properties = devices_[id].properties;
  for (const auto& [key, next] : change.properties) {
    if (next) {
      properties[key] = *next;
    } else {
      properties.erase(key);
    }
  }
}

}  // namespace hearth::twin
