// SPDX-License-Identifier: Apache-2.0
// The checks between a mapper's descriptor, its note and this host.
// Thread: none, pure functions.   Errors: what does not fit, with both sides and the mend.
#pragma once

#include <string>

#include "host/plugin/elf_note.hpp"
#include "sdk/mapper/abi.h"

namespace hearth::plugin {

inline constexpr AbiVersion kHostAbi{HEARTH_ABI_MAJOR, HEARTH_ABI_MINOR};

/// Why this host does not take a mapper of that ABI; empty if it does.
std::string abi_refusal(AbiVersion theirs);

/// A copy of the table in this host's size: what a smaller one lacks is null. Error MapperRefused if the
/// table is too small to work with, misses a call, or says something else than the note.
Result<hearth_mapper_table> check_descriptor(const hearth_mapper_table* table, const MapperNote& note);

}  // namespace hearth::plugin
