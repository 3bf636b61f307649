// SPDX-License-Identifier: Apache-2.0
// Wall-clock time in the spellings of the wire, and a clock that tests can replace.
// Thread: any.   Errors: text that is no time gives an Error.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "sdk/base/error.hpp"

namespace hearth {

using WallTime = std::chrono::system_clock::time_point;

/// Where a component gets the time from; system_clock in programs, a variable in tests.
using Clock = std::function<WallTime()>;
Clock system_clock();

/// Milliseconds since 1970, as KubeEdge's messages carry them.
std::int64_t to_unix_ms(WallTime time);
WallTime from_unix_ms(std::int64_t ms);

/// RFC 3339 in UTC with whole seconds: 2026-01-01T00:00:05Z (metav1.Time).
std::string to_rfc3339(WallTime time);
/// RFC 3339 in UTC with six digits: 2026-01-01T00:00:05.000000Z (metav1.MicroTime).
std::string to_rfc3339_micro(WallTime time);
/// Takes both spellings and offsets such as +02:00. A time before 1678 or after 2262, such as Go's zero time, comes back
/// as the first or last that a WallTime can hold.
Result<WallTime> parse_rfc3339(std::string_view text);

}  // namespace hearth
