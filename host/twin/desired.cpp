// SPDX-License-Identifier: Apache-2.0
#include "host/twin/desired.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sdk/device/desired_life.hpp"

namespace hearth::twin {
namespace {

/// A desired value with what is said of its life: the user's wish, whole.
struct Wish {
  std::string value;
  std::string expires_at;
  std::string ttl;
  bool operator==(const Wish&) const = default;
};

std::string text_of(const std::map<std::string, std::string>& metadata, const char* key) {
  const auto found = metadata.find(key);
  return found == metadata.end() ? std::string() : found->second;
}

/// An empty text wishes for nothing: the CRD demands "value" even where there is no wish.
std::optional<Wish> wish_of(const device::DeviceProperty* property) {
  if (!property || !property->desired || property->desired->empty()) return std::nullopt;
  const auto& metadata = property->desired_metadata;
  return Wish{*property->desired, text_of(metadata, device::kExpiresAt), text_of(metadata, device::kTtl)};
}

/// expiresAt where there is one; a ttl counts from now, which is the first receipt.
void set_life(Property& property, const device::DeviceProperty& source, std::int64_t trusted_ms) {
  property.lapse = Lapse::none;
  property.expires_ms = 0;
  const auto life = device::parse_desired_life(source.desired_metadata);
  if (!life) {
    property.lapse = Lapse::unreadable;
  } else if (life->expires_at) {
    property.expires_ms = to_unix_ms(*life->expires_at);
  } else if (life->ttl) {
    property.expires_ms = trusted_ms + life->ttl->count();
  }
}

bool is_over(const Property& property, std::int64_t trusted_ms) {
  return property.live_expected() && property.expires_ms != 0 && property.expires_ms <= trusted_ms;
}

void lapse(const std::string& key, Property& property, const device::DeviceModel* model) {
  property.lapse = is_met(key, property, model) ? Lapse::met : Lapse::unmet;
}

/// The new spec names another wish than the old one, or one that is not held at all.
bool takes_over(const Property* held, const std::optional<Wish>& before, const std::optional<Wish>& after) {
  return after && (after != before || !held || !held->expected);
}

/// The user's wish is gone, and what is held is still his.
bool takes_back(const Property* held, const std::optional<Wish>& before, const std::optional<Wish>& after) {
  return !after && before && held && held->expected && held->expected->value == before->value;
}

Property with_wish(const Property* held, const device::DeviceProperty& source, const std::string& key,
                   const device::DeviceModel* model, const TwinTimes& times) {
  Property next = held ? *held : Property{};
  const auto* live = next.live_expected();
  if (!live || live->value != *source.desired) next.expected = wire::TwinValue{*source.desired, times.now_ms};
  set_life(next, source, times.trusted_ms);
  if (is_over(next, times.trusted_ms)) lapse(key, next, model);
  return next;
}

Property without_wish(const Property& held) {
  Property next = held;
  next.expected.reset();
  next.expires_ms = 0;
  next.lapse = Lapse::none;
  return next;
}

}  // namespace

TwinChange plan_desired(const Properties& held, const device::Device* previous, const device::Device& next,
                        const device::DeviceModel* model, const TwinTimes& times) {
  std::set<std::string> keys;
  for (const auto& property : next.properties)
    keys.insert(property.name);
  if (previous) {
    for (const auto& property : previous->properties)
      keys.insert(property.name);
  }
  TwinChange change;
  for (const auto& key : keys) {
    const auto* property = find_property(held, key);
    const auto before = wish_of(previous ? previous->find(key) : nullptr);
    const auto after = wish_of(next.find(key));
    std::optional<Property> planned;
    if (takes_over(property, before, after)) {
      planned = with_wish(property, *next.find(key), key, model, times);
    } else if (takes_back(property, before, after)) {
      planned = without_wish(*property);
    }
    if (!planned || (property && *planned == *property)) continue;
    ++planned->expected_version;
    if (const auto* known = model ? model->find(key) : nullptr)
      planned->type = device::twin_type(known->type);
    record(change, key, property, std::move(planned));
  }
  return change;
}

TwinChange plan_expiry(const Properties& held, const device::DeviceModel* model, std::int64_t trusted_ms) {
  TwinChange change;
  for (const auto& [key, property] : held) {
    if (!is_over(property, trusted_ms)) continue;
    auto next = property;
    lapse(key, next, model);
    ++next.expected_version;
    record(change, key, &property, std::move(next));
  }
  return change;
}

std::optional<std::int64_t> next_expiry(const Properties& held) {
  std::optional<std::int64_t> next;
  for (const auto& [key, property] : held) {
    if (!property.live_expected() || property.expires_ms == 0) continue;
    next = std::min(next.value_or(property.expires_ms), property.expires_ms);
  }
  return next;
}

std::string describe_expired(const Properties& held) {
  constexpr std::size_t kMaxText = 512;
  std::string text;
  for (const auto& [key, property] : held) {
    std::string sentence;
    if (property.lapse == Lapse::unmet) {
      sentence = fmt::format("the desired value of {} expired at {} and was not carried out", key,
                             to_rfc3339(from_unix_ms(property.expires_ms)));
    } else if (property.lapse == Lapse::unreadable) {
      sentence =
          fmt::format("the expiry of the desired value of {} cannot be read, so it is not carried out", key);
    } else {
      continue;
    }
    if (text.size() + sentence.size() > kMaxText) return text + "; and more";
    text += (text.empty() ? "" : "; ") + sentence;
  }
  return text;
}

}  // namespace hearth::twin
