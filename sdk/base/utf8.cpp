// SPDX-License-Identifier: Apache-2.0
#include "sdk/base/utf8.hpp"

#include <nlohmann/json.hpp>

namespace hearth {

bool is_utf8(std::string_view text) {
  // The JSON library's serializer carries a checked UTF-8 decoder; a strict dump fails exactly on ill-formed
  // text.
  try {
    (void)nlohmann::json(text).dump();
    return true;
  } catch (const nlohmann::json::type_error&) {
    return false;
  }
}

}  // namespace hearth
