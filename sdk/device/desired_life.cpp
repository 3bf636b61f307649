// SPDX-License-Identifier: Apache-2.0
#include "sdk/device/desired_life.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>

namespace hearth::device {
namespace {

constexpr std::size_t kMaxText = 64;
constexpr double kMaxTtlMs = 10.0 * 366 * 24 * 3600 * 1000;

struct Unit {
  std::string_view name;
  double ms;
};
constexpr std::array kUnits{Unit{"ms", 1.0}, Unit{"s", 1000.0}, Unit{"m", 60'000.0}, Unit{"h", 3'600'000.0}};

/// A decimal number off the front; nothing if there is none.
std::optional<double> take_number(std::string_view& rest) {
  const auto size = rest.find_first_not_of("0123456789.");
  const auto digits = rest.substr(0, size);
  double number = 0;
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), number, std::chars_format::fixed);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  rest.remove_prefix(digits.size());
  return number;
}

/// Milliseconds of the unit off the front. "ms" stands before "m" in the table, so that it is found first.
std::optional<double> take_unit(std::string_view& rest) {
  for (const auto& unit : kUnits) {
    if (!rest.starts_with(unit.name)) continue;
    rest.remove_prefix(unit.name.size());
    return unit.ms;
  }
  return std::nullopt;
}

std::optional<double> read_duration_ms(std::string_view text) {
  auto rest = text;
  double sum = 0;
  while (!rest.empty()) {
    const auto number = take_number(rest);
    if (!number) return std::nullopt;
    if (rest.empty() && sum == 0) return *number * 1000;
    const auto unit = take_unit(rest);
    if (!unit) return std::nullopt;
    sum += *number * *unit;
  }
  return sum;
}

}  // namespace

Result<std::chrono::milliseconds> parse_ttl(std::string_view text) {
  const auto ms = text.size() <= kMaxText ? read_duration_ms(text) : std::nullopt;
  if (!ms || *ms < 1 || *ms > kMaxTtlMs) {
    return invalid("BadTtl",
                   fmt::format("\"{}\" is no duration such as 30s, 5m or a number of seconds, of at most ten "
                               "years",
                               text.substr(0, kMaxText)));
  }
  return std::chrono::milliseconds(static_cast<std::int64_t>(*ms));
}

Result<DesiredLife> parse_desired_life(const std::map<std::string, std::string>& metadata) {
  DesiredLife life;
  if (const auto found = metadata.find(kExpiresAt); found != metadata.end()) {
    auto time = parse_rfc3339(found->second);
    if (!time) return std::move(time).error().within(kExpiresAt);
    life.expires_at = *time;
  }
  if (const auto found = metadata.find(kTtl); found != metadata.end()) {
    auto ttl = parse_ttl(found->second);
    if (!ttl) return std::move(ttl).error().within(kTtl);
    life.ttl = *ttl;
  }
  return life;
}

}  // namespace hearth::device
