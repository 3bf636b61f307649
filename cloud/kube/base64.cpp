// SPDX-License-Identifier: Apache-2.0
#include "cloud/kube/base64.hpp"

#include <openssl/evp.h>

#include <algorithm>

namespace hearth::kube {

Result<std::string> decode_base64(std::string_view text) {
  std::string packed(text);
  std::erase_if(packed, [](char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; });
  const auto padding = packed.size() - std::min(packed.find('='), packed.size());
  std::string bytes(packed.size() / 4 * 3, '\0');
  const int size =
      EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                      reinterpret_cast<const unsigned char*>(packed.data()), static_cast<int>(packed.size()));
  if (packed.size() % 4 != 0 || padding > 2 || size != static_cast<int>(bytes.size())) {
    return invalid("BadBase64", "expected base64 text");
  }
  // EVP_DecodeBlock counts the padding as zero bytes.
  bytes.resize(bytes.size() - padding);
  return bytes;
}

}  // namespace hearth::kube
