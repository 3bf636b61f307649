// SPDX-License-Identifier: Apache-2.0
// The back door of a virtual device: its value is the content of a file that a person or a test can change.
// Thread: one at a time.   Errors: point for content that does not fit, unit for a file that cannot be used.
#pragma once

#include <filesystem>

#include "sdk/device/value.hpp"
#include "sdk/mapper/types.hpp"

namespace hearth::virtual_device {

/// White space at the end is not part of the value; a missing file has the value `absent`.
mapper::Expected<device::Value> read_value_file(const std::filesystem::path& file, device::PropertyType type,
                                                const device::Value& absent);

/// Replaces the file in one step, so that no reader sees half of it.
mapper::Status write_value_file(const std::filesystem::path& file, const device::Value& value);

}  // namespace hearth::virtual_device
