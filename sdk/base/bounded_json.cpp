// SPDX-License-Identifier: Apache-2.0
#include "sdk/base/bounded_json.hpp"

#include <fmt/format.h>

namespace hearth {

Result<nlohmann::json> parse_json(std::string_view text, std::size_t max_size) {
  if (text.size() > max_size) {
    return Error{ErrorClass::exhausted, "TooLarge",
                 fmt::format("JSON text of {} bytes: at most {} are taken", text.size(), max_size)};
  }
  // The callback sees each nesting before it is entered; going deeper ends the parse, so no stack is used up.
  const auto guard = [](int depth, nlohmann::json::parse_event_t, nlohmann::json&) {
    if (depth > kMaxJsonDepth) throw std::length_error("nesting");
    return true;
  };
  try {
    return nlohmann::json::parse(text, guard);
  } catch (const std::length_error&) {
    return invalid("TooDeep", fmt::format("JSON is nested deeper than {} levels", kMaxJsonDepth));
  } catch (const nlohmann::json::parse_error& error) {
    return invalid("NoJson", fmt::format("not JSON: error at byte {}", error.byte));
  } catch (const nlohmann::json::out_of_range&) {
    return invalid("NumberTooLarge", "a number in the JSON text is too large: at most 1.8e308 is taken");
  }
}

}  // namespace hearth
