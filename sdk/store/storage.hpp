// SPDX-License-Identifier: Apache-2.0
// One SQLite file with one thread that owns it: jobs come in, are grouped into a transaction, committed, then
// confirmed. Keeps the file healthy beside that: checked after an unclean end, snapshots, a bounded log, no dead space.
// Thread: write() and run() from any thread; jobs run on the storage thread; completions are posted to the
// executor given, whose context must outlive the Storage.
// Errors: a job that throws is rolled back alone (savepoint) and its Error confirmed (an ErrorException keeps
// its own Error); a busy or full disk is an Error of class unavailable or exhausted for each job of the
// group; the thread goes on. A damaged file gives way to its newest good snapshot, and opened() says so.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "sdk/base/error.hpp"
#include "sdk/base/metrics.hpp"

namespace hearth::store {

/// Copies of the whole file beside it, FILE.snapshot-N; each is checked before it counts.
struct SnapshotOptions {
  std::chrono::seconds every{0};   ///< at most so often, and only if something changed; 0: none are made
  std::chrono::seconds first{60};  ///< after the first change to a file that has none
  std::size_t keep = 3;
};

struct StorageOptions {
  std::filesystem::path file;
  /// Run once at open inside a transaction; `CREATE TABLE IF NOT EXISTS …`.
  std::string schema;
  /// How long a group waits for a lock of another process. After a group that got none, the next ones wait only briefly
  /// until one gets it.
  int busy_timeout_ms = 1000;
  std::size_t max_group = 512;  ///< jobs of one transaction
  /// Jobs waiting, and the bytes they say they hold; one more is refused with an Error of class exhausted.
  std::size_t max_queue = 100'000;
  std::size_t max_queue_bytes = 64 * 1024 * 1024;
  SnapshotOptions snapshots;
  /// Bytes kept aside in FILE.reserve, given back to a full disk so that what is under way can be stored; 0: none.
  std::size_t reserve_bytes = 256 * 1024;
  /// A commit writes whole pages: small ones are kind to flash where rows are small. An existing file is converted.
  int page_size = 4096;
  int cache_kib = 2000;
  std::chrono::milliseconds lazy_delay{1000};  ///< the longest a lazy job waits for company
  std::string vfs;                             ///< SQLite's VFS to stand on; empty: the default one
  Metrics* metrics = nullptr;                  ///< hearth_storage_…, labelled with the file's name
};

/// What was found at open, and done about it.
struct OpenReport {
  bool clean = true;                     ///< closed in order the last time, or new
  bool checked = false;                  ///< by quick_check
  std::filesystem::path moved_aside;     ///< where the damaged file is now; empty: it was not damaged
  std::filesystem::path rolled_back_to;  ///< the snapshot that took its place; empty: none did
  std::uint64_t lost_commits = 0;  ///< confirmed ones that a damaged write-ahead log could not give back
  std::string problem;             ///< one sentence for a user; empty: nothing was lost
};

/// Whether the last group could be stored. A Storage does not try by itself: who has something to store does.
struct StorageHealth {
  bool healthy = true;
  Error problem;  ///< of the last group that could not be stored
};

/// For metrics: what waits now, and what was done since the file was opened.
struct StorageStats {
  std::size_t queued = 0;
  std::uint64_t commits = 0;
  std::uint64_t failed_jobs = 0;
  std::size_t queued_bytes = 0;
  StorageHealth health;
  std::uint64_t written_bytes = 0;  ///< to the database, its log and its snapshots
  std::uint64_t syncs = 0;
  std::uint64_t snapshots = 0;  ///< made and found good
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

  /// `done` runs on `executor` after the commit that holds the job's changes. `bytes` is what the job holds in memory.
  /// A job may run twice: when its first transaction found the disk full and the reserve made room.
  void write(Job job, boost::asio::any_io_executor executor, Done done, std::size_t bytes = 0);
  /// The same, but in no hurry: rides along with the next write(), or is stored alone after lazy_delay.
  void write_lazily(Job job, boost::asio::any_io_executor executor, Done done, std::size_t bytes = 0);
  /// The same for a coroutine; resumes on its own executor.
  boost::asio::awaitable<Result<void>> write(Job job);
  /// Blocks until the job ran: for loading at start-up, not on an io thread.
  Result<void> run(Job job);

  /// `changed` runs on `executor` each time the health changes. One listener; before the first write.
  void on_health(boost::asio::any_io_executor executor, std::function<void(StorageHealth)> changed);
  const OpenReport& opened() const;
  /// From any thread.
  StorageStats stats() const;

 private:
  class Impl;
  explicit Storage(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace hearth::store
