// SPDX-License-Identifier: Apache-2.0
#include <jwt.h>

#include <cerrno>
#include <cstdlib>
#include <memory>

#include "cloud/hub/cert_server.hpp"

namespace hearth::cloudhub {
namespace {

constexpr std::size_t kMaxToken = 4096;

struct FreeJwt {
  void operator()(jwt_t* token) const { jwt_free(token); }
};
using JwtPtr = std::unique_ptr<jwt_t, FreeJwt>;

const unsigned char* bytes(const std::string& text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

JwtPtr decode(const std::string& text, const std::string& key) {
  jwt_t* token = nullptr;
  // Without a key the signature is not looked at.
  const auto* key_bytes = key.empty() ? nullptr : bytes(key);
  if (jwt_decode(&token, text.c_str(), key_bytes, static_cast<int>(key.size())) != 0) return nullptr;
  return JwtPtr(token);
}

Error denied(std::string code, std::string text) {
  return {ErrorClass::denied, std::move(code), std::move(text)};
}

}  // namespace

Result<std::string> make_join_token(const net::Identity& ca, WallTime expires) {
  const auto der = net::certificate_pem_to_der(ca.certificate_pem);
  if (!der) return der.error();
  const auto key = net::key_pem_to_der(ca.key_pem);
  if (!key) return key.error();
  jwt_t* made = nullptr;
  if (jwt_new(&made) != 0) return internal_error("no token could be made");
  const JwtPtr token(made);
  const auto seconds = std::chrono::floor<std::chrono::seconds>(expires.time_since_epoch()).count();
  const bool ok = jwt_add_grant_int(made, "exp", seconds) == 0 &&
                  jwt_set_alg(made, JWT_ALG_HS256, bytes(*key), static_cast<int>(key->size())) == 0;
  const std::unique_ptr<char, decltype(&std::free)> text(ok ? jwt_encode_str(made) : nullptr, &std::free);
  if (!text) return internal_error("no token could be made");
  return net::sha256_hex(*der) + "." + text.get();
}

Result<void> check_join_token(const net::Identity& ca, std::string_view bearer, WallTime now) {
  const std::string text(bearer);
  if (text.size() > kMaxToken || !decode(text, "")) return invalid("BadToken", "the join token is no JWT");
  const auto key = net::key_pem_to_der(ca.key_pem);
  if (!key) return key.error();
  const auto token = decode(text, *key);
  if (!token || jwt_get_alg(token.get()) != JWT_ALG_HS256)
    return denied("ForeignToken", "the join token was made by another cloud");
  errno = 0;
  const long expires = jwt_get_grant_int(token.get(), "exp");
  if (errno != 0) return invalid("BadToken", "the join token says no expiry time");
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now.time_since_epoch()).count();
  if (seconds >= expires) return denied("ExpiredToken", "the join token has expired");
  return {};
}

}  // namespace hearth::cloudhub
