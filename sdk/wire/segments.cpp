// SPDX-License-Identifier: Apache-2.0
#include "sdk/wire/segments.hpp"

namespace hearth::wire {

Segments split_segments(std::string_view text) {
  Segments parts;
  while (parts.size() + 1 < kMaxSegments) {
    const auto slash = text.find('/');
    if (slash == text.npos) break;
    parts.push_back(text.substr(0, slash));
    text.remove_prefix(slash + 1);
  }
  parts.push_back(text);
  return parts;
}

}  // namespace hearth::wire
