// SPDX-License-Identifier: Apache-2.0
// Splits topics and resources at their slashes.
// Thread: any, pure.   Errors: none; more than kMaxSegments come back as one last segment.
#pragma once

#include <string_view>
#include <vector>

namespace hearth::wire {

using Segments = std::vector<std::string_view>;
inline constexpr std::size_t kMaxSegments = 16;

/// Views into `text`; an empty text is one empty segment.
Segments split_segments(std::string_view text);

}  // namespace hearth::wire
