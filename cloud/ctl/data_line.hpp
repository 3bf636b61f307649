// SPDX-License-Identifier: Apache-2.0
// Event data as `hearthctl data` prints it.
// Thread: none, pure functions.   Errors: a line that is no event prints nothing.
#pragma once

#include <string>
#include <string_view>

namespace hearth::ctl {

/// "TIME  NODE  TOPIC  PAYLOAD", of a JSON line as the API gives it. What a terminal would obey is escaped; bytes that
/// are no text are shown as base64.
std::string print_data_line(std::string_view line);

}  // namespace hearth::ctl
