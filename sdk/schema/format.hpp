// SPDX-License-Identifier: Apache-2.0
// The formats of strings that Kubernetes checks: date-time, ipv4, uuid, byte, …
// Thread: pure functions.   Errors: a format nobody knows is not checked, as Kubernetes has it.
#pragma once

#include <string_view>

namespace hearth::schema {

/// Whether a text is of the format.
using FormatCheck = bool (*)(std::string_view text);

/// Null for a format that is not checked.
FormatCheck find_format(std::string_view name);

}  // namespace hearth::schema
