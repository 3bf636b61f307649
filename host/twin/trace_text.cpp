// SPDX-License-Identifier: Apache-2.0
#include "host/twin/trace_text.hpp"

namespace hearth::twin {
namespace {

constexpr std::size_t kMaxTraceText = 200;

/// Cut between characters: half of one would make the whole trace unprintable as JSON.
std::string shortened(std::string text) {
  auto size = kMaxTraceText;
  while (size > 0 && (text[size] & 0xC0) == 0x80)
    --size;
  text.resize(size);
  return text + "…";
}

}  // namespace

std::string actual_text(const wire::TwinMap& entries) {
  std::string text;
  for (const auto& [key, entry] : entries) {
    if (!entry.actual) continue;
    if (!text.empty()) text += ", ";
    text.append(key).append("=").append(entry.actual->value, 0, kMaxTraceText + 1);
    if (text.size() > kMaxTraceText) return shortened(std::move(text));
  }
  return text;
}

}  // namespace hearth::twin
