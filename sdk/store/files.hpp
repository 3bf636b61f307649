// SPDX-License-Identifier: Apache-2.0
// Small file operations that survive a power cut.
// Thread: any; short I/O.   Errors: class unavailable, with what the system says.
#pragma once

#include <cstddef>
#include <filesystem>

#include "sdk/base/error.hpp"

namespace hearth::store {

/// Makes the file if it is not there, and sees to mode 0600: SQLite would make it by the umask, and its -wal and -shm
/// files copy the mode of the main one.
Result<void> make_private_file(const std::filesystem::path& file);

/// A private copy, flushed.
Result<void> copy_private(const std::filesystem::path& from, const std::filesystem::path& to);

Result<void> sync_file(const std::filesystem::path& file);

/// Renames within a folder and flushes the folder.
Result<void> move_into_place(const std::filesystem::path& from, const std::filesystem::path& to);

/// 0 if there is no such file.
std::uintmax_t size_of(const std::filesystem::path& file);

}  // namespace hearth::store
