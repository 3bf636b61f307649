// SPDX-License-Identifier: Apache-2.0
#include "host/hub/join_token.hpp"

#include <algorithm>

namespace hearth::edgehub {
namespace {

constexpr std::size_t kHashLength = 64;
constexpr std::size_t kMaxLength = 8192;

bool is_hex(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

bool is_base64url(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_' ||
         c == '=';
}

bool is_jwt(std::string_view text) {
  for (int part = 0; part < 3; ++part) {
    const auto dot = text.find('.');
    const auto piece = text.substr(0, dot);
    if (piece.empty() || !std::all_of(piece.begin(), piece.end(), is_base64url)) return false;
    const bool last = dot == std::string_view::npos;
    if (last) return part == 2;
    text.remove_prefix(dot + 1);
  }
  return false;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const auto begin = text.find_first_not_of(kSpace);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kSpace) - begin + 1);
}

}  // namespace

Result<JoinToken> parse_join_token(std::string_view text) {
  text = trimmed(text);
  const auto dot = text.find('.');
  const auto hash = text.substr(0, dot);
  const bool good_hash = hash.size() == kHashLength && std::all_of(hash.begin(), hash.end(), is_hex);
  const bool has_rest = dot != std::string_view::npos && text.size() <= kMaxLength;
  if (!good_hash || !has_rest || !is_jwt(text.substr(dot + 1))) {
    return invalid(
        "BadToken",
        "the join token has the wrong form: expected 64 hex digits and a JWT, four parts joined by "
        "dots, as \"hearth-cloud token\" prints it");
  }
  return JoinToken{std::string(hash), std::string(text.substr(dot + 1))};
}

}  // namespace hearth::edgehub
