// SPDX-License-Identifier: Apache-2.0
// Base64 with the standard alphabet and padding.
// Thread: any, pure.   Errors: text that is no base64 gives an Error.
#pragma once

#include <string>
#include <string_view>

#include "sdk/base/error.hpp"

namespace hearth {

std::string encode_base64(std::string_view bytes);
/// White space between is passed over.
Result<std::string> decode_base64(std::string_view text);

}  // namespace hearth
