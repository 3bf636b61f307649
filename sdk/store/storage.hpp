// SPDX-License-Identifier: Apache-2.0
// One SQLite file with one thread that owns it: jobs come in, are grouped into a transaction, committed, then
// confirmed.
// Thread: write() and run() from any thread; jobs run on the storage thread; completions are posted to the
// executor given, whose context must outlive the Storage.
// Errors: a job that throws is rolled back alone (savepoint) and its Error confirmed (an ErrorException keeps
// its own Error); a busy or full disk is an Error of class unavailable or exhausted for each job of the
// group; the thread goes on.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "sdk/base/error.hpp"

namespace hearth::store {

struct StorageOptions {
  std::filesystem::path file;
  /// Run once at open inside a transaction; `CREATE TABLE IF NOT EXISTS …`.
  std::string schema;
  int busy_timeout_ms = 5000;
  std::size_t max_group = 512;  ///< jobs of one transaction
  /// Jobs waiting; one more is refused with an Error of class exhausted.
  std::size_t max_queue = 100'000;
};

/// For metrics: what waits now, and what was done since the file was opened.
struct StorageStats {
  std::size_t queued = 0;
  std::uint64_t commits = 0;
  std::uint64_t failed_jobs = 0;
};

class Storage {
 public:
  using Job = std::function<void(SQLite::Database&)>;
  using Done = std::function<void(Result<void>)>;

  /// Opens or makes the file (mode 0600, WAL, synchronous=FULL, foreign keys) and starts the thread.
  static Result<std::unique_ptr<Storage>> open(StorageOptions options);
  /// Runs what is queued, then joins the thread.
  ~Storage();
  Storage(const Storage&) = delete;
  Storage& operator=(const Storage&) = delete;

  /// `done` runs on `executor` after the commit that holds the job's changes.
  void write(Job job, boost::asio::any_io_executor executor, Done done);
  /// The same for a coroutine; resumes on its own executor.
  boost::asio::awaitable<Result<void>> write(Job job);
  /// Blocks until the job ran: for loading at start-up, not on an io thread.
  Result<void> run(Job job);

  /// From any thread.
  StorageStats stats() const;

 private:
  class Impl;
  explicit Storage(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace hearth::store
