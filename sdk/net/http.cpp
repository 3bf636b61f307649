// SPDX-License-Identifier: Apache-2.0
#include "sdk/net/http.hpp"

#include <algorithm>
#include <boost/beast/core/string.hpp>
#include <charconv>

namespace hearth::net {

std::string_view Headers::get(std::string_view name) const {
  for (const auto& [field, value] : fields_) {
    if (boost::beast::iequals(field, name)) return value;
  }
  return {};
}

bool Headers::has(std::string_view name) const {
  for (const auto& field : fields_) {
    if (boost::beast::iequals(field.first, name)) return true;
  }
  return false;
}

std::chrono::seconds parse_retry_after(std::string_view text) {
  constexpr long kDay = 24L * 3600;
  long seconds = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  const bool date = end != text.data() + text.size() && *end >= 'A';
  if (failed != std::errc() || date) return std::chrono::seconds(0);
  return std::chrono::seconds(std::clamp(seconds, 0L, kDay));
}

}  // namespace hearth::net
