// SPDX-License-Identifier: Apache-2.0
#include "sdk/store/database_file.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <sqlite3.h>

#include <fstream>

#include "sdk/store/files.hpp"
#include "sdk/store/snapshots.hpp"
#include "sdk/store/sqlite_error.hpp"
#include "sdk/store/wal_scan.hpp"

namespace hearth::store {
namespace {

namespace fs = std::filesystem;

/// The write-ahead log is cut back to this after a checkpoint, so that one burst does not hold the disk.
constexpr int kJournalSizeLimit = 4 * 1024 * 1024;
/// Files up to this size are checked at every open: it takes a millisecond.
constexpr std::uintmax_t kAlwaysChecked = 1024 * 1024;
/// SQLite takes a file that holds not even the smallest page for a new one.
constexpr std::uintmax_t kSmallestFile = 512;
constexpr int kIncremental = 2;  // of PRAGMA auto_vacuum

fs::path beside(const fs::path& file, const char* suffix) {
  return fs::path(file.string() + suffix);
}

bool left_open(const fs::path& file) {
  // SQLite removes its log when the last connection closes in order.
  return size_of(beside(file, "-wal")) > 0 || size_of(beside(file, "-journal")) > 0 ||
         fs::exists(beside(file, ".suspect"));
}

SQLite::Database connect(const StorageOptions& options, const std::string& vfs) {
  return {options.file.string(), SQLite::OPEN_READWRITE, options.busy_timeout_ms, vfs};
}

/// Page size and auto_vacuum are fixed when a file is first written, or written anew as a whole.
void convert_layout(SQLite::Database& db, const StorageOptions& options) {
  const bool right = db.execAndGet("PRAGMA page_size").getInt() == options.page_size &&
                     db.execAndGet("PRAGMA auto_vacuum").getInt() == kIncremental;
  if (right) return;
  const bool holds_data = db.execAndGet("PRAGMA page_count").getInt() > 0;
  if (holds_data) db.exec("PRAGMA journal_mode = DELETE");
  db.exec(fmt::format("PRAGMA page_size = {}", options.page_size));
  db.exec("PRAGMA auto_vacuum = INCREMENTAL");
  if (holds_data) db.exec("VACUUM");
}

/// A file in another layout is as good, only larger: not being able to convert it is no reason not to start.
void set_layout(SQLite::Database& db, const StorageOptions& options) {
  try {
    convert_layout(db, options);
  } catch (...) {
    const auto error = current_error();
    if (error.code == kDamagedCode || !is_storage_problem(error)) throw;
    spdlog::info("storage: {} keeps its layout: {}", options.file.string(), error.text);
  }
}

void configure(SQLite::Database& db, const StorageOptions& options) {
  set_layout(db, options);
  db.exec("PRAGMA journal_mode = WAL");
  db.exec("PRAGMA synchronous = FULL");
  db.exec(fmt::format("PRAGMA cache_size = -{}", options.cache_kib));
  db.exec(fmt::format("PRAGMA journal_size_limit = {}", kJournalSizeLimit));
  db.exec("PRAGMA foreign_keys = ON");
  SQLite::Transaction transaction(db, SQLite::TransactionBehavior::IMMEDIATE);
  db.exec(options.schema);
  transaction.commit();
}

/// Opens, checks if asked to, brings to our settings. A damaged file gives an Error of kDamagedCode and is left as it
/// was found.
Result<SQLite::Database> attempt(const StorageOptions& options, const std::string& vfs, bool check) {
  try {
    auto db = connect(options, vfs);
    // What a damaged file looked like is evidence; closing it must not write.
    sqlite3_db_config(db.getHandle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    if (check) quick_check(db);
    configure(db, options);
    sqlite3_db_config(db.getHandle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, nullptr);
    return db;
  } catch (...) {
    return current_error();
  }
}

std::string describe(const OpenReport& report, const std::string& why) {
  auto text = report.moved_aside.empty() ? fmt::format("the database {}", why)
                                         : fmt::format("the database was damaged ({}) and is now {}", why,
                                                       report.moved_aside.string());
  if (report.rolled_back_to.empty()) return text + "; there was no good snapshot, it begins empty";
  return fmt::format("{}; {} took its place", text, report.rolled_back_to.string());
}

Result<void> roll_back(const StorageOptions& options, const std::string& vfs, OpenReport& report) {
  auto restored = restore_snapshot(options.file, vfs);
  if (!restored) return restored.error();
  report.rolled_back_to = std::move(*restored);
  return {};
}

/// A file that is gone while its snapshots are not was lost, not never made.
Result<void> bring_back_missing(const StorageOptions& options, const std::string& vfs, OpenReport& report) {
  if (size_of(options.file) >= kSmallestFile || list_snapshots(options.file).empty()) return {};
  if (const auto restored = roll_back(options, vfs, report); !restored) return restored;
  report.clean = false;
  report.problem = describe(report, "was missing");
  return {};
}

Result<void> replace_damaged(const StorageOptions& options, const std::string& vfs, const std::string& why,
                             OpenReport& report) {
  auto aside = move_aside(options.file);
  if (!aside) return aside.error();
  report.moved_aside = std::move(*aside);
  if (const auto restored = roll_back(options, vfs, report); !restored) return restored;
  report.problem = describe(report, why);
  return make_private_file(options.file);
}

}  // namespace

Result<OpenedDatabase> open_database(const StorageOptions& options, const std::string& vfs) {
  OpenReport report;
  if (auto back = bring_back_missing(options, vfs, report); !back) return back.error();
  if (auto made = make_private_file(options.file); !made) return made.error();
  const bool was_left_open = left_open(options.file);
  report.clean = report.clean && !was_left_open;
  report.checked = size_of(options.file) > 0 && (was_left_open || size_of(options.file) <= kAlwaysChecked);
  report.lost_commits = was_left_open ? lost_commits(beside(options.file, "-wal"), options.file) : 0;
  if (report.lost_commits > 0) {
    report.problem =
        fmt::format("the database's log was damaged: {} stored changes are lost", report.lost_commits);
  }
  auto db = attempt(options, vfs, report.checked);
  if (!db && db.error().code == kDamagedCode) {
    if (auto replaced = replace_damaged(options, vfs, db.error().text, report); !replaced)
      return replaced.error();
    db = attempt(options, vfs, false);
  }
  if (!db) return db.error();
  std::error_code ignored;
  fs::remove(beside(options.file, ".suspect"), ignored);
  return OpenedDatabase{std::move(*db), std::move(report)};
}

void mark_suspect(const fs::path& database) {
  std::ofstream(beside(database, ".suspect")).put('\n');
}

}  // namespace hearth::store
