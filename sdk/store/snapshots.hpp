// SPDX-License-Identifier: Apache-2.0
// Copies of a database file beside it, FILE.snapshot-N, and the damaged files that gave way to one,
// FILE.damaged-TIME. Numbered, not dated: a node without a battery clock starts in 1970.
// Thread: SnapshotCopy's step() on the storage thread, in slices; checking and putting in place on a thread of its
// own, so that no commit waits for it.   Errors: as Results; what is half made is removed.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "sdk/base/error.hpp"

namespace hearth::store {

struct SnapshotFile {
  std::uint64_t number = 0;
  std::filesystem::path file;
};

/// Newest first.
std::vector<SnapshotFile> list_snapshots(const std::filesystem::path& database);

/// Throws what SQLite finds wrong.
void quick_check(SQLite::Database& db);
/// For reading a file that nobody writes: without a lock, a log or a -shm file of its own beside it.
SQLite::Database open_unshared(const std::filesystem::path& file, const std::string& vfs);
/// quick_check of a file nobody else has open.
Result<void> check_file(const std::filesystem::path& file, const std::string& vfs);

/// The newest snapshot that is good becomes the database; those that are not are removed. Empty: there is none.
Result<std::filesystem::path> restore_snapshot(const std::filesystem::path& database, const std::string& vfs);

/// Renames the file and what SQLite keeps beside it; of all damaged ones two remain.
Result<std::filesystem::path> move_aside(const std::filesystem::path& database);

/// One snapshot in the making. Other connections may go on; commits of `source` itself go into it.
class SnapshotCopy {
 public:
  SnapshotCopy(SQLite::Database& source, std::filesystem::path database, const std::string& vfs);
  /// What is not in place yet is removed.
  ~SnapshotCopy();
  SnapshotCopy(const SnapshotCopy&) = delete;
  SnapshotCopy& operator=(const SnapshotCopy&) = delete;

  /// Copies a slice, a few milliseconds' worth. False: everything is copied.
  Result<bool> step();

 private:
  std::filesystem::path target_;
  std::unique_ptr<SQLite::Database> copy_;
  void* backup_ = nullptr;  // sqlite3_backup, which is no public type here
};

/// Where a finished copy waits for its check.
std::filesystem::path unchecked_snapshot(const std::filesystem::path& database);

/// Checks the finished copy, flushes it, puts it in place and removes those beyond `keep`.
Result<void> publish_snapshot(const std::filesystem::path& database, const std::string& vfs,
                              std::size_t keep);

}  // namespace hearth::store
