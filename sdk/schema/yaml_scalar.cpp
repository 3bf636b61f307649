// SPDX-License-Identifier: Apache-2.0
#include "sdk/schema/yaml_scalar.hpp"

#include <charconv>
#include <cmath>
#include <optional>
#include <string_view>

namespace hearth::schema {
namespace {

using nlohmann::json;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

template <class Number>
std::optional<json> whole(std::string_view digits, int base) {
  Number number{};
  const char* const end = digits.data() + digits.size();
  const auto [stop, fault] = std::from_chars(digits.data(), end, number, base);
  if (fault != std::errc{} || stop != end) return std::nullopt;
  return json(number);
}

std::optional<json> parse_integer(std::string_view text) {
  const bool prefixed = text.size() > 2 && text[0] == '0' && text[2] != '-';
  if (prefixed && text[1] == 'x') return whole<std::uint64_t>(text.substr(2), 16);
  if (prefixed && text[1] == 'o') return whole<std::uint64_t>(text.substr(2), 8);
  if (text.front() == '-') return whole<std::int64_t>(text, 10);
  const auto number = whole<std::int64_t>(text, 10);
  return number ? number : whole<std::uint64_t>(text, 10);
}

std::optional<json> parse_float(std::string_view text) {
  const std::string_view magnitude = text.front() == '-' ? text.substr(1) : text;
  const bool starts =
      !magnitude.empty() &&
      (is_digit(magnitude[0]) || (magnitude[0] == '.' && magnitude.size() > 1 && is_digit(magnitude[1])));
  if (!starts) return std::nullopt;
  double number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, fault] = std::from_chars(text.data(), end, number);
  if (fault != std::errc{} || stop != end || !std::isfinite(number)) return std::nullopt;
  return json(number);
}

}  // namespace

json plain_scalar(const std::string& text) {
  if (text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL") return nullptr;
  if (text == "true" || text == "True" || text == "TRUE") return true;
  if (text == "false" || text == "False" || text == "FALSE") return false;
  std::string_view number = text;
  if (number.size() > 1 && number[0] == '+' && number[1] != '-') number.remove_prefix(1);
  if (auto integer = parse_integer(number)) return *integer;
  if (auto floating = parse_float(number)) return *floating;
  return text;
}

}  // namespace hearth::schema
