// SPDX-License-Identifier: Apache-2.0
// Files that only we may read: written whole or not at all, mode 0600, on disk before the name is.
// Thread: any; blocking.   Errors: the file's name and the system's reason.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "sdk/base/error.hpp"

namespace hearth::cloud {

Result<std::string> read_file(const std::filesystem::path& file);
/// Replaces what was there, atomically.
Result<void> write_private_file(const std::filesystem::path& file, std::string_view text);
/// Mode 0700; the parents too, as far as they are missing.
Result<void> make_private_folder(const std::filesystem::path& folder);
/// Held by one process at a time, until destroyed or the process ends.
class FileLock {
 public:
  /// Waits until the lock is ours. The file is made if it is missing, and stays.
  static Result<FileLock> wait(const std::filesystem::path& file);
  /// Unavailable "Locked" while somebody else holds it.
  static Result<FileLock> attempt(const std::filesystem::path& file);
  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&&) = delete;
  ~FileLock();

 private:
  explicit FileLock(int descriptor) : descriptor_(descriptor) {}
  static Result<FileLock> take(const std::filesystem::path& file, int operation);

  int descriptor_;
};

}  // namespace hearth::cloud
