// SPDX-License-Identifier: Apache-2.0
// Carries out what UpkeepPlan finds due, one slice a turn, so that waiting jobs come in between.
// Thread: the storage thread; a finished snapshot is checked on a thread of its own.
// Errors: what fails is told once and tried again later; no job is hurt by it.
#pragma once

#include <atomic>
#include <memory>
#include <thread>

#include "sdk/store/reserve_file.hpp"
#include "sdk/store/snapshots.hpp"
#include "sdk/store/upkeep_plan.hpp"

namespace hearth::store {

class Upkeep {
 public:
  using Time = UpkeepPlan::Time;

  /// `db` is open and configured; both outlive the object.
  Upkeep(SQLite::Database& db, const StorageOptions& options, std::string vfs, ReserveFile& reserve);
  ~Upkeep();
  Upkeep(const Upkeep&) = delete;
  Upkeep& operator=(const Upkeep&) = delete;

  /// Tells reading from writing by the log, which only the latter makes longer.
  void committed(Time now);
  std::optional<Time> due() const { return plan_.due(); }
  /// One slice of what is due, if anything is.
  void turn(Time now);
  /// From any thread.
  std::uint64_t snapshots() const { return published_; }

 private:
  static int log_grew(void* self, sqlite3* db, const char* schema, int frames);
  void measure();
  void checkpoint();
  void tidy();
  void vacuum();
  void snapshot(Time now);
  void snapshot_copied();
  void failed(const char* what, const Error& error);

  SQLite::Database& db_;
  const StorageOptions& options_;
  const std::string vfs_;
  ReserveFile& reserve_;
  UpkeepPlan plan_;
  std::uint64_t page_size_;
  std::uint64_t log_bytes_ = 0;
  bool wrote_ = false;  ///< since committed()
  std::unique_ptr<SnapshotCopy> copy_;
  std::thread checker_;
  std::atomic<std::uint64_t> published_{0};
  std::atomic<bool> complained_{false};
};

}  // namespace hearth::store
