// SPDX-License-Identifier: Apache-2.0
// JSON text from outside: bounded in depth, with the duplicate keys that a plain parser swallows.
// Thread: pure functions.   Errors: text that is no JSON, or too deep, is an Error (invalid, "BadJson").
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "sdk/base/error.hpp"

namespace hearth::schema {

struct JsonText {
  nlohmann::json value;                     ///< of a duplicate key, the last value counts
  std::vector<std::string> duplicate_keys;  ///< paths such as spec.nodeName, at most kMaxReported
};

/// The caller bounds the size of the text.
Result<JsonText> parse_json(std::string_view text, std::size_t max_depth = 64);

}  // namespace hearth::schema
