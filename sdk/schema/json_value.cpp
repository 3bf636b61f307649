// SPDX-License-Identifier: Apache-2.0
#include "sdk/schema/json_value.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace hearth::schema {

using nlohmann::json;

std::string_view json_type_name(const json& value) {
  if (value.is_string()) return "string";
  if (value.is_number_integer()) return "integer";
  if (value.is_number_float())
    return std::trunc(value.get<double>()) == value.get<double>() ? "integer" : "number";
  if (value.is_boolean()) return "boolean";
  if (value.is_object()) return "object";
  if (value.is_array()) return "array";
  return "null";
}

std::optional<std::int64_t> as_int64(const json& value) {
  if (value.is_number_unsigned()) {
    const auto number = value.get<std::uint64_t>();
    if (number > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) return std::nullopt;
    return static_cast<std::int64_t>(number);
  }
  if (value.is_number_integer()) return value.get<std::int64_t>();
  if (!value.is_number_float()) return std::nullopt;
  const double number = value.get<double>();
  // 2^63 itself is a double but no int64, hence the strict upper bound.
  constexpr double kBound = 9223372036854775808.0;
  if (std::trunc(number) != number || number < -kBound || number >= kBound) return std::nullopt;
  return static_cast<std::int64_t>(number);
}

std::string quoted(const json& value) {
  if (value.is_object()) return "{…}";
  if (value.is_array()) return "[…]";
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::size_t utf8_length(std::string_view text) {
  const auto is_start = [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U; };
  return static_cast<std::size_t>(std::ranges::count_if(text, is_start));
}

}  // namespace hearth::schema
