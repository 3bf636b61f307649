// SPDX-License-Identifier: Apache-2.0
#include "cloud/access/token.hpp"

#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <stdexcept>

#include "sdk/net/x509.hpp"

namespace hearth::access {
namespace {

constexpr std::size_t kMaxToken = 16 * 1024;
constexpr std::string_view kScheme = "bearer ";

bool same_without_case(std::string_view text, std::string_view lower) {
  return std::equal(text.begin(), text.end(), lower.begin(), lower.end(),
                    [](char a, char b) { return std::tolower(static_cast<unsigned char>(a)) == b; });
}

}  // namespace

std::string make_token() {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::array<unsigned char, 32> bits{};
  if (RAND_bytes(bits.data(), bits.size()) != 1) throw std::runtime_error("no random bits for a token");
  std::string token(kTokenPrefix);
  for (const auto byte : bits)
    token.append({kDigits[byte >> 4U], kDigits[byte & 15U]});
  return token;
}

std::string token_hash(std::string_view token) {
  return net::sha256_hex(token);
}

std::optional<std::string_view> bearer_token(std::string_view authorization) {
  if (authorization.size() <= kScheme.size() || authorization.size() > kMaxToken) return std::nullopt;
  if (!same_without_case(authorization.substr(0, kScheme.size()), kScheme)) return std::nullopt;
  auto token = authorization.substr(kScheme.size());
  while (token.starts_with(' '))
    token.remove_prefix(1);
  while (token.ends_with(' '))
    token.remove_suffix(1);
  if (token.empty() || token.find(' ') != token.npos) return std::nullopt;
  return token;
}

}  // namespace hearth::access
