// SPDX-License-Identifier: Apache-2.0
// The text of builtin_kinds.json, put into the program at build time.
// Thread: any.   Errors: none.
#pragma once

#include <string_view>

namespace hearth::openapi {

std::string_view builtin_kinds_text();

}  // namespace hearth::openapi
