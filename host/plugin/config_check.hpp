// SPDX-License-Identifier: Apache-2.0
// A device's configData against the schema in its mapper's note.
// Thread: none, pure functions.   Errors: the list of issues, with paths as a Device has them.
#pragma once

#include <vector>

#include "host/plugin/elf_note.hpp"
#include "sdk/device/device.hpp"

namespace hearth::plugin {

/// Reasons: UnknownKey (with the key that was probably meant), BadConfig.
std::vector<device::Issue> check_config(const device::ResolvedDevice& device, const MapperNote& note);

}  // namespace hearth::plugin
