// SPDX-License-Identifier: Apache-2.0
// Small questions about one JSON value.
// Thread: pure functions.   Errors: none.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace hearth::schema {

/// string, integer, number, boolean, object, array or null. 1000.0 is an integer.
std::string_view json_type_name(const nlohmann::json& value);

/// The whole number it is, also when written 1000.0; nothing if it does not fit exactly.
std::optional<std::int64_t> as_int64(const nlohmann::json& value);

/// As JSON text; bytes that are no UTF-8 are replaced, objects and arrays shortened to {…} and […].
std::string quoted(const nlohmann::json& value);

/// Code points, not bytes.
std::size_t utf8_length(std::string_view text);

}  // namespace hearth::schema
