// SPDX-License-Identifier: Apache-2.0
#include "sdk/base/bounded_json.hpp"

#include <fmt/format.h>

namespace hearth {
namespace {

/// Looks at brackets alone. The parser's own callback would say the depth too, but with a callback each object that ends
/// makes it look through all its siblings: seconds for 100 KB of "{},".
bool is_too_deep(std::string_view text) {
  int depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string && c == '\\') ++i;
    if (c == '"') in_string = !in_string;
    if (in_string) continue;
    if ((c == '[' || c == '{') && ++depth > kMaxJsonDepth) return true;
    if (c == ']' || c == '}') --depth;
  }
  return false;
}

}  // namespace

Result<nlohmann::json> parse_json(std::string_view text, std::size_t max_size) {
  if (text.size() > max_size) {
    return Error{ErrorClass::exhausted, "TooLarge",
                 fmt::format("JSON text of {} bytes: at most {} are taken", text.size(), max_size)};
  }
  if (is_too_deep(text))
    return invalid("TooDeep", fmt::format("JSON is nested deeper than {} levels", kMaxJsonDepth));
  try {
    return nlohmann::json::parse(text);
  } catch (const nlohmann::json::parse_error& error) {
    return invalid("NoJson", fmt::format("not JSON: error at byte {}", error.byte));
  } catch (const nlohmann::json::out_of_range&) {
    return invalid("NumberTooLarge", "a number in the JSON text is too large: at most 1.8e308 is taken");
  }
}

}  // namespace hearth
