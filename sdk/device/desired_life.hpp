// SPDX-License-Identifier: Apache-2.0
// How long a desired value is wanted, from the metadata beside it: `expiresAt` (RFC 3339) or `ttl` ("30s", "5m", or a
// plain number of seconds). For values that mean a moment, such as the press of a button.
// Thread: plain values.   Errors: a text that is no time or no duration is an Error that names the key.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "sdk/base/error.hpp"
#include "sdk/base/time.hpp"

namespace hearth::device {

inline constexpr const char* kExpiresAt = "expiresAt";
inline constexpr const char* kTtl = "ttl";

/// Both absent: the value is wanted until another one is.
struct DesiredLife {
  std::optional<WallTime> expires_at;
  std::optional<std::chrono::milliseconds>
      ttl;  ///< counted from the first receipt where there is no expires_at
  bool operator==(const DesiredLife&) const = default;
};

/// Other keys of the metadata are passed over.
Result<DesiredLife> parse_desired_life(const std::map<std::string, std::string>& metadata);

/// "30", "1.5s", "250ms", "5m", "1h30m", as Go writes durations; more than nothing and at most ten years.
Result<std::chrono::milliseconds> parse_ttl(std::string_view text);

}  // namespace hearth::device
