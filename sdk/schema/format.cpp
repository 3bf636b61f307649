// SPDX-License-Identifier: Apache-2.0
#include "sdk/schema/format.hpp"

#include <arpa/inet.h>
#include <re2/re2.h>

#include <array>
#include <charconv>
#include <string>

#include "sdk/base/time.hpp"

namespace hearth::schema {
namespace {

bool matches(std::string_view text, const re2::RE2& pattern) {
  return re2::RE2::FullMatch(re2::StringPiece(text.data(), text.size()), pattern);
}

bool is_date_time(std::string_view text) {
  return parse_rfc3339(text).has_value();
}

bool is_date(std::string_view text) {
  return text.size() == 10 && is_date_time(std::string(text) + "T00:00:00Z");
}

/// Go's durations (1h30m, 1.5s), and numbers with a word (3 days).
bool is_duration(std::string_view text) {
  static const re2::RE2 kGo(R"([-+]?(0|((\d+(\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h))+))");
  static const re2::RE2 kWords(
      R"(\d+(\.\d+)?\s*(ns|nanoseconds?|us|µs|microseconds?|ms|milliseconds?|s|seconds?|m|minutes?|h|hours?|d|days?|w|weeks?))");
  return matches(text, kGo) || matches(text, kWords);
}

bool is_address(int family, std::string_view text) {
  std::array<unsigned char, sizeof(in6_addr)> address{};
  return text.size() < INET6_ADDRSTRLEN && inet_pton(family, std::string(text).c_str(), address.data()) == 1;
}

bool is_ipv4(std::string_view text) {
  return is_address(AF_INET, text);
}

bool is_ipv6(std::string_view text) {
  return is_address(AF_INET6, text);
}

bool is_cidr(std::string_view text) {
  const auto slash = text.find('/');
  if (slash == text.npos) return false;
  const auto address = text.substr(0, slash);
  const auto length = text.substr(slash + 1);
  unsigned bits = 0;
  const auto [end, error] = std::from_chars(length.data(), length.data() + length.size(), bits);
  if (error != std::errc() || end != length.data() + length.size()) return false;
  return (is_ipv4(address) && bits <= 32) || (is_ipv6(address) && bits <= 128);
}

bool is_mac(std::string_view text) {
  static const re2::RE2 kPairs("[0-9A-Fa-f]{2}(:[0-9A-Fa-f]{2}){5}|[0-9A-Fa-f]{2}(-[0-9A-Fa-f]{2}){5}");
  static const re2::RE2 kDotted("[0-9A-Fa-f]{4}(\\.[0-9A-Fa-f]{4}){2}");
  return matches(text, kPairs) || matches(text, kDotted);
}

bool is_uri(std::string_view text) {
  static const re2::RE2 kUri(R"(([A-Za-z][A-Za-z0-9+.-]*:[^\s\x00-\x1f]+)|(/[^\s\x00-\x1f]*))");
  return matches(text, kUri);
}

bool is_email(std::string_view text) {
  static const re2::RE2 kEmail(R"([^@\s]+@[^@\s]+)");
  return matches(text, kEmail);
}

bool is_hostname(std::string_view text) {
  static const re2::RE2 kName(
      "([A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?)(\\.([A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?))"
      "*");
  return text.size() <= 255 && matches(text, kName);
}

bool is_uuid(std::string_view text) {
  static const re2::RE2 kUuid("(?i)[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}");
  return matches(text, kUuid);
}

bool is_base64(std::string_view text) {
  static const re2::RE2 kBase64("([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?");
  return matches(text, kBase64);
}

bool is_hex_color(std::string_view text) {
  static const re2::RE2 kColor("#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})");
  return matches(text, kColor);
}

struct Known {
  std::string_view name;
  FormatCheck check;
};

constexpr std::array kKnown = {Known{"date-time", is_date_time},
                               Known{"datetime", is_date_time},
                               Known{"date", is_date},
                               Known{"duration", is_duration},
                               Known{"ipv4", is_ipv4},
                               Known{"ipv6", is_ipv6},
                               Known{"cidr", is_cidr},
                               Known{"mac", is_mac},
                               Known{"uri", is_uri},
                               Known{"email", is_email},
                               Known{"hostname", is_hostname},
                               Known{"uuid", is_uuid},
                               Known{"uuid3", is_uuid},
                               Known{"uuid4", is_uuid},
                               Known{"uuid5", is_uuid},
                               Known{"byte", is_base64},
                               Known{"hexcolor", is_hex_color}};

}  // namespace

FormatCheck find_format(std::string_view name) {
  for (const auto& known : kKnown) {
    if (known.name == name) return known.check;
  }
  return nullptr;
}

}  // namespace hearth::schema
