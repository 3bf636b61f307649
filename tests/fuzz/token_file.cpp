// SPDX-License-Identifier: Apache-2.0
// The file of static tokens, and the header that carries one. Input: the header, a line end, the file.
#include "cloud/access/token_file.hpp"

#include "cloud/access/token.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace hearth;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto rest = fuzz::as_text(data, size);
  const auto token = access::bearer_token(fuzz::take_line(rest));
  if (token) fuzz::require(!token->empty() && token->find(' ') == token->npos, "a token is one word");
  const auto users = access::parse_token_file(rest);
  if (!users) return 0;
  for (const auto& [hash, user] : *users) {
    fuzz::require(hash.size() == 64, "tokens are kept as their hashes");
    fuzz::require(user != nullptr && !user->name.empty(), "a token is somebody's");
  }
  return 0;
}
