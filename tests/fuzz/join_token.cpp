// SPDX-License-Identifier: Apache-2.0
// A join token, at the host that was given it and at the cloud that is shown it.
#include "host/hub/join_token.hpp"
#include "cloud/hub/cert_server.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace {

using namespace hearth;

constexpr std::int64_t kNow = 1'790'000'000'000;

net::Identity make_cloud() {
  return net::make_ca({"hearth", {}}, std::chrono::hours(24 * 365)).value();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto kCloud = make_cloud();
  const auto text = fuzz::as_text(data, size);
  (void)edgehub::parse_join_token(text);
  // The key is made anew at each start: no input can be a token of this cloud.
  fuzz::require(!cloudhub::check_join_token(kCloud, text, from_unix_ms(kNow)), "a foreign token is refused");
  const auto bearer = text.substr(std::min(text.find('.') + 1, text.size()));
  fuzz::require(!cloudhub::check_join_token(kCloud, bearer, from_unix_ms(kNow)),
                "a foreign bearer is refused");
  return 0;
}
