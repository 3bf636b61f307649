// SPDX-License-Identifier: Apache-2.0
// The token that continues a list: opaque to clients, of the form Kubernetes gives it.
// Thread: pure functions.   Errors: 400 for what is no token of ours.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "cloud/api/base/status.hpp"

namespace hearth::api {

/// Where the next page begins: after this object, in the state at that version (0: the newest).
struct Continuation {
  std::uint64_t version = 0;
  std::string ns;  ///< empty for cluster-wide kinds
  std::string name;
};
std::string encode(const Continuation& continuation);
Answer<Continuation> decode_continuation(std::string_view token);

}  // namespace hearth::api
