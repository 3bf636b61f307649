// SPDX-License-Identifier: Apache-2.0
// Between the C structs of the boundary and their C++ forms. Used by the mapper's wrapper and by the host.
// Thread: none, pure functions.   Errors: what the other side filled in wrongly (unknown type, class,
// outcome) comes out as nothing or as a status of class bug; no function here throws but for memory.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "sdk/mapper/abi.h"
#include "sdk/mapper/types.hpp"

namespace hearth::mapper {

/// Borrows: valid as long as the text.
inline hearth_string borrow(std::string_view text) {
  return {text.data(), text.size()};
}
/// An empty view for a null pointer, whatever its length.
std::string_view view(hearth_string text);

hearth_class to_abi(StatusClass cls);
/// A class of a later minor version counts as bug.
StatusClass status_class_from_abi(hearth_class cls);
/// Borrows the text.
hearth_status to_abi(const Status& status);
Status from_abi(const hearth_status& status);

std::uint32_t to_abi(device::PropertyType type);
std::optional<device::PropertyType> property_type_from_abi(std::uint32_t type);

/// Borrows strings and bytes.
hearth_value to_abi(const device::Value& value);
std::optional<device::Value> from_abi(const hearth_value& value);

/// Borrows status text and value.
hearth_read_result to_abi(const ReadResult& result);
ReadResult from_abi(const hearth_read_result& result);

/// Borrows status text and value.
hearth_write_result to_abi(const WriteOutcome& outcome);
WriteOutcome from_abi(const hearth_write_result& result);

std::int64_t to_abi(Deadline deadline);
Deadline deadline_from_abi(std::int64_t nanoseconds);

}  // namespace hearth::mapper
