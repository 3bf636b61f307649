// SPDX-License-Identifier: Apache-2.0
#include "sdk/base/base64.hpp"

#include <openssl/evp.h>

#include <algorithm>

namespace hearth {
namespace {

const unsigned char* as_bytes(const std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

unsigned char* as_bytes(std::string& text) {
  return reinterpret_cast<unsigned char*>(text.data());
}

bool is_space(char c) {
  return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

}  // namespace

std::string encode_base64(std::string_view bytes) {
  std::string text((bytes.size() + 2) / 3 * 4, '\0');
  // EVP_EncodeBlock also writes a terminating zero, which std::string has room for.
  EVP_EncodeBlock(as_bytes(text), as_bytes(bytes), static_cast<int>(bytes.size()));
  return text;
}

Result<std::string> decode_base64(std::string_view text) {
  std::string dense;
  std::copy_if(text.begin(), text.end(), std::back_inserter(dense), [](char c) { return !is_space(c); });
  const auto padding = dense.size() - std::min(dense.size(), dense.find_last_not_of('=') + 1);
  if (dense.size() % 4 != 0 || padding > 2)
    return invalid("NoBase64", "not base64: the length is not a multiple of four");
  std::string bytes(dense.size() / 4 * 3, '\0');
  const int size =
      EVP_DecodeBlock(as_bytes(bytes), as_bytes(std::string_view(dense)), static_cast<int>(dense.size()));
  if (size < 0) return invalid("NoBase64", "not base64: a character of another alphabet");
  // EVP_DecodeBlock counts the padding as zero bytes.
  bytes.resize(static_cast<std::size_t>(size) - padding);
  return bytes;
}

}  // namespace hearth
