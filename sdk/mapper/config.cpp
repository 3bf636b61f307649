// SPDX-License-Identifier: Apache-2.0
#include "sdk/mapper/config.hpp"

#include <cmath>

namespace hearth::mapper {
namespace {

std::optional<std::int64_t> as_integer(const nlohmann::json& value) {
  if (value.is_number_unsigned()) {
    const auto number = value.get<std::uint64_t>();
    if (number > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) return std::nullopt;
    return static_cast<std::int64_t>(number);
  }
  if (value.is_number_integer()) return value.get<std::int64_t>();
  if (!value.is_number_float()) return std::nullopt;
  const auto number = value.get<double>();
  constexpr double kExactIntegers = 9007199254740992.0;
  if (std::trunc(number) != number || std::abs(number) > kExactIntegers) return std::nullopt;
  return static_cast<std::int64_t>(number);
}

}  // namespace

Config::Config(const nlohmann::json& object, std::string path, std::vector<Issue>& issues)
    : object_(object), path_(std::move(path)), issues_(issues) {}

const nlohmann::json* Config::find(std::string_view key) const {
  if (!object_.is_object()) return nullptr;
  const auto found = object_.find(key);
  return found == object_.end() || found->is_null() ? nullptr : &*found;
}

bool Config::has(std::string_view key) const {
  return find(key) != nullptr;
}

std::optional<std::string> Config::text(std::string_view key) {
  const auto* value = find(key);
  if (!value) return std::nullopt;
  if (value->is_string()) return value->get<std::string>();
  issue(key, std::string("expected a string, found a ") + value->type_name());
  return std::nullopt;
}

std::optional<std::int64_t> Config::integer(std::string_view key, std::int64_t min, std::int64_t max) {
  const auto* value = find(key);
  if (!value) return std::nullopt;
  const auto number = as_integer(*value);
  if (!number) {
    issue(key, std::string("expected a whole number, found ") +
                   (value->is_number() ? value->dump() : std::string("a ") + value->type_name()));
    return std::nullopt;
  }
  if (*number >= min && *number <= max) return number;
  issue(key,
        std::to_string(*number) + " is not between " + std::to_string(min) + " and " + std::to_string(max));
  return std::nullopt;
}

std::optional<double> Config::number(std::string_view key) {
  const auto* value = find(key);
  if (!value) return std::nullopt;
  if (value->is_number()) return value->get<double>();
  issue(key, std::string("expected a number, found a ") + value->type_name());
  return std::nullopt;
}

std::optional<bool> Config::boolean(std::string_view key) {
  const auto* value = find(key);
  if (!value) return std::nullopt;
  if (value->is_boolean()) return value->get<bool>();
  issue(key, std::string("expected true or false, found a ") + value->type_name());
  return std::nullopt;
}

void Config::issue(std::string_view key, std::string message) {
  issues_.push_back({key.empty() ? path_ : path_ + "." + std::string(key), std::move(message)});
}

std::string protocol_path() {
  return "protocol.configData";
}

std::string visitor_path(std::size_t property) {
  return "properties[" + std::to_string(property) + "].visitors.configData";
}

}  // namespace hearth::mapper
