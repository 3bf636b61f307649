// SPDX-License-Identifier: Apache-2.0
// JSON written straight into a text, for documents that are made thousands of times a second.
// Thread: plain values.   Errors: bytes that are no UTF-8 become U+FFFD.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace hearth::wire {

/// With its quotes, escaped where it must be.
void append_json_string(std::string& text, std::string_view value);
void append_json_number(std::string& text, std::int64_t value);

}  // namespace hearth::wire
