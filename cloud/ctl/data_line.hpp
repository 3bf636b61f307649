// SPDX-License-Identifier: Apache-2.0
// Event data as `hearthctl data` reads and prints it.
// Thread: none, pure functions.   Errors: a line that is no event prints nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sdk/base/error.hpp"

namespace hearth::ctl {

struct DataLine {
  std::optional<std::uint64_t> sequence;  ///< that of a followed stream's first line says where it begins
  /// "TIME  NODE  TOPIC  PAYLOAD" of an event. What a terminal would obey is escaped; bytes that are no text are shown as
  /// base64.
  std::string text;
};

/// Of a JSON line as the API gives it.
DataLine read_data_line(std::string_view line);

/// The same, but for a server that has no such data, as is told to a user.
Error explain_data_error(Error error);

}  // namespace hearth::ctl
