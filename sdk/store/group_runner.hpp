// SPDX-License-Identifier: Apache-2.0
// Runs a group of jobs in one transaction, and waits a while for a lock of somebody else.
// Thread: the storage thread; hurry() from any.
// Errors: each job's own Result; see storage.hpp.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <atomic>
#include <chrono>
#include <vector>

#include "sdk/store/job_queue.hpp"
#include "sdk/store/reserve_file.hpp"

namespace hearth::store {

class GroupRunner {
 public:
  GroupRunner(SQLite::Database& db, ReserveFile& reserve, int busy_timeout_ms);

  std::vector<Result<void>> run(const std::vector<Entry>& group);
  /// The last group was committed.
  bool committed() const { return committed_; }
  /// The process is to end: no more waiting for locks.
  void hurry() { hurry_ = true; }

 private:
  static int lock_held(void* self, int times);
  bool wait_for_lock(int times);
  std::vector<Result<void>> attempt(const std::vector<Entry>& group);
  std::vector<Result<void>> run_jobs(const std::vector<Entry>& group);
  Result<void> run_alone(const Storage::Job& job);
  void execute(SQLite::Statement& statement);
  void roll_back();

  SQLite::Database& db_;
  ReserveFile& reserve_;
  const std::chrono::milliseconds patience_;
  SQLite::Statement begin_;
  SQLite::Statement commit_;
  SQLite::Statement rollback_;
  SQLite::Statement savepoint_;
  SQLite::Statement release_;
  SQLite::Statement undo_;
  std::chrono::steady_clock::time_point waiting_since_;
  bool locked_out_ = false;  ///< the last group did not get the lock
  bool committed_ = false;
  std::atomic<bool> hurry_{false};
};

}  // namespace hearth::store
