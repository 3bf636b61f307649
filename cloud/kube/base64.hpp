// SPDX-License-Identifier: Apache-2.0
// Base64 as kubeconfig files carry certificates and keys.
// Thread: none, pure functions.   Errors: text that is no base64 gives an Error.
#pragma once

#include <string>
#include <string_view>

#include "sdk/base/error.hpp"

namespace hearth::kube {

/// Standard alphabet with padding; white space between is passed over.
Result<std::string> decode_base64(std::string_view text);

}  // namespace hearth::kube
