// SPDX-License-Identifier: Apache-2.0
#include "host/plugin/sinks.hpp"

#include <algorithm>

#include "sdk/mapper/convert.hpp"

namespace hearth::plugin {
namespace {

constexpr std::size_t kMaxText = 1024;
constexpr std::size_t kMaxIssues = 100;

/// Length of the UTF-8 sequence a byte begins; 0 if it begins none.
std::size_t sequence_length(unsigned char first) {
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return 2;
  if (first >= 0xE0 && first <= 0xEF) return 3;
  return first >= 0xF0 && first <= 0xF4 ? 4 : 0;
}

bool is_whole(std::string_view sequence) {
  const auto continues = [](char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; };
  if (!std::all_of(sequence.begin() + 1, sequence.end(), continues)) return false;
  if (sequence.size() < 3) return true;
  const auto first = static_cast<unsigned char>(sequence[0]);
  const auto second = static_cast<unsigned char>(sequence[1]);
  // Overlong forms, surrogates, and what lies beyond U+10FFFF.
  if (first == 0xE0) return second >= 0xA0;
  if (first == 0xED) return second < 0xA0;
  if (first == 0xF0) return second >= 0x90;
  return first != 0xF4 || second < 0x90;
}

}  // namespace

std::string clean_text(std::string_view text) {
  std::string out;
  std::size_t at = 0;
  while (at < text.size() && out.size() < kMaxText) {
    const auto length = sequence_length(static_cast<unsigned char>(text[at]));
    const bool control = length == 1 && (static_cast<unsigned char>(text[at]) < 0x20 || text[at] == 0x7F);
    if (length == 0 || control || at + length > text.size() || !is_whole(text.substr(at, length))) {
      out += '?';
      ++at;
      continue;
    }
    out += text.substr(at, length);
    at += length;
  }
  return out;
}

std::string clean_text(hearth_string text) {
  return clean_text(mapper::view(text));
}

mapper::Status TextCollector::status(hearth_class cls) const {
  return {mapper::status_class_from_abi(cls), cls == HEARTH_OK ? std::string() : text()};
}

void TextCollector::put(void* context, hearth_string text) {
  static_cast<TextCollector*>(context)->text_ = clean_text(text);
}

void IssueCollector::put(void* context, hearth_string path, hearth_string message) {
  auto& issues = static_cast<IssueCollector*>(context)->issues_;
  if (issues.size() >= kMaxIssues) return;
  issues.push_back({"spec." + clean_text(path), "BadConfig", clean_text(message)});
}

}  // namespace hearth::plugin
