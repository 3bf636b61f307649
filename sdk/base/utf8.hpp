// SPDX-License-Identifier: Apache-2.0
// Is a text UTF-8?
// Thread: any, pure.   Errors: none.
#pragma once

#include <string_view>

namespace hearth {

/// Well-formed by Unicode 15 table 3-7: no overlong forms, no surrogates, nothing above U+10FFFF.
bool is_utf8(std::string_view text);

}  // namespace hearth
