// SPDX-License-Identifier: Apache-2.0
// Bearer tokens: made of 256 random bits, shown once; what is kept of one is its SHA-256, from which nobody can make it.
// Thread: any, pure functions.   Errors: none.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace hearth::access {

/// What a token given out by this server begins with.
inline constexpr std::string_view kTokenPrefix = "hearth-sa-";

std::string make_token();
/// Lower-case hex.
std::string token_hash(std::string_view token);

/// The token of `Authorization: Bearer TOKEN`; nothing when the header says something else, or more than 16 KiB.
std::optional<std::string_view> bearer_token(std::string_view authorization);

}  // namespace hearth::access
