// SPDX-License-Identifier: Apache-2.0
// The one way JSON from outside enters: bounded in size and in nesting.
// Thread: any, pure.   Errors: too long, too deep or no JSON gives an Error that says where.
#pragma once

#include <nlohmann/json.hpp>
#include <string_view>

#include "sdk/base/error.hpp"

namespace hearth {

inline constexpr int kMaxJsonDepth = 64;

Result<nlohmann::json> parse_json(std::string_view text, std::size_t max_size);

}  // namespace hearth
