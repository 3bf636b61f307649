// SPDX-License-Identifier: Apache-2.0
#include "sdk/schema/diagnostic.hpp"

#include <algorithm>
#include <array>
#include <numeric>

#include "sdk/schema/json_value.hpp"

namespace hearth::schema {
namespace {

constexpr std::size_t kHalfSnippet = 60;
constexpr std::size_t kLongestName = 64;

bool is_continuation(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
}

std::string_view line_of(std::string_view source, std::size_t line) {
  for (; line > 1; --line) {
    const auto end = source.find('\n');
    if (end == std::string_view::npos) return {};
    source.remove_prefix(end + 1);
  }
  source = source.substr(0, source.find('\n'));
  if (source.ends_with('\r')) source.remove_suffix(1);
  return source;
}

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

/// Insertions, deletions, changes and swaps of neighbours (optimal string alignment).
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> two_ago(b.size() + 1);
  std::vector<std::size_t> previous(b.size() + 1);
  std::vector<std::size_t> current(b.size() + 1);
  std::iota(previous.begin(), previous.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    current[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = previous[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      current[j] = std::min({previous[j] + 1, current[j - 1] + 1, change});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) current[j] = std::min(current[j], two_ago[j - 2] + 1);
    }
    std::swap(two_ago, previous);
    std::swap(previous, current);
  }
  return previous[b.size()];
}

}  // namespace

void attach_snippet(Diagnostic& diagnostic, std::string_view source) {
  if (diagnostic.line == 0) return;
  const std::string_view line = line_of(source, diagnostic.line);
  const std::size_t column = std::min(diagnostic.column == 0 ? 0 : diagnostic.column - 1, line.size());
  std::size_t start = column > kHalfSnippet ? column - kHalfSnippet : 0;
  while (start < column && is_continuation(line[start]))
    ++start;
  std::size_t end = std::min(line.size(), column + kHalfSnippet);
  while (end < line.size() && is_continuation(line[end]))
    ++end;
  diagnostic.snippet = line.substr(start, end - start);
  std::ranges::replace_if(
      diagnostic.snippet, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }, ' ');
  diagnostic.caret = utf8_length(line.substr(start, column - start)) + 1;
}

std::string print(const Diagnostic& diagnostic) {
  std::string text = diagnostic.file;
  if (diagnostic.line != 0) {
    text += ":" + std::to_string(diagnostic.line) + ":" + std::to_string(diagnostic.column);
  }
  text += ": " + diagnostic.message + "\n";
  if (!diagnostic.snippet.empty()) text += "    " + diagnostic.snippet + "\n";
  if (!diagnostic.snippet.empty() && diagnostic.caret != 0) {
    text += std::string(3 + diagnostic.caret, ' ') + "^\n";
  }
  if (!diagnostic.expected.empty()) text += "    expected " + diagnostic.expected + "\n";
  if (!diagnostic.suggestion.empty()) text += "    did you mean \"" + diagnostic.suggestion + "\"?\n";
  return text;
}

std::string print(std::span<const Diagnostic> diagnostics) {
  std::string text;
  for (const Diagnostic& diagnostic : diagnostics)
    text += print(diagnostic);
  return text;
}

std::string did_you_mean(std::string_view name, std::span<const std::string> candidates) {
  if (name.size() > kLongestName) return {};
  const std::string wanted = lower(name);
  std::size_t best = name.size() < 4 ? 2 : 3;
  std::string nearest;
  for (const std::string& candidate : candidates) {
    if (candidate == name || candidate.size() > kLongestName) continue;
    const std::size_t distance = std::max<std::size_t>(1, edit_distance(wanted, lower(candidate)));
    if (distance >= best) continue;
    best = distance;
    nearest = candidate;
  }
  return nearest;
}

}  // namespace hearth::schema
