// SPDX-License-Identifier: Apache-2.0
// A backup: one SQLite file, mode 0600, with the API's objects and the few files without which they are of no use.
// Thread: blocking; any.
// Errors: what is no backup, is damaged, cut short or of a newer format is refused as a whole, with a sentence.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

#include "cloud/api/store/store_file.hpp"
#include "sdk/base/error.hpp"

namespace hearth::api {

struct Backup {
  std::string made_at;  ///< RFC 3339
  StoredState state;
  std::map<std::string, std::string> files;  ///< by a path below the data folder
};

/// Written beside the file, checked, flushed and renamed: the file is the old one or the new one. `FILE.part` must not be
/// written by two at once.
Result<void> write_backup(const std::filesystem::path& file, const Backup& backup);

/// The whole of it, or an Error: each row is read and compared with the sum that was stored with them.
Result<Backup> read_backup(const std::filesystem::path& file);

/// True of a file that calls itself a backup, good or not.
bool looks_like_backup(const std::filesystem::path& file);

}  // namespace hearth::api
