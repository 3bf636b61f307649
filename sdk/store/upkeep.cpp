// SPDX-License-Identifier: Apache-2.0
#include "sdk/store/upkeep.hpp"

#include <spdlog/spdlog.h>
#include <sqlite3.h>

#include "sdk/store/files.hpp"
#include "sdk/store/sqlite_error.hpp"

namespace hearth::store {
namespace {

constexpr std::uint64_t kFrameHeader = 24;
/// Below this the log is left alone when nobody writes: it costs nothing, and the next change may come soon.
constexpr std::uint64_t kLogWorthCheckpoint = 256 * 1024;
constexpr int kVacuumSlice = 64;  // pages; a few milliseconds

std::optional<std::chrono::seconds> age_of_newest(const std::filesystem::path& database) {
  const auto snapshots = list_snapshots(database);
  if (snapshots.empty()) return std::nullopt;
  std::error_code error;
  const auto written = std::filesystem::last_write_time(snapshots.front().file, error);
  if (error) return std::nullopt;
  return std::chrono::duration_cast<std::chrono::seconds>(std::filesystem::file_time_type::clock::now() -
                                                          written);
}

UpkeepRules rules_of(const StorageOptions& options) {
  UpkeepRules rules;
  rules.snapshots = options.snapshots;
  return rules;
}

std::uint64_t number(SQLite::Database& db, const char* pragma) {
  return static_cast<std::uint64_t>(db.execAndGet(pragma).getInt64());
}

}  // namespace

Upkeep::Upkeep(SQLite::Database& db, const StorageOptions& options, std::string vfs, ReserveFile& reserve)
    : db_(db),
      options_(options),
      vfs_(std::move(vfs)),
      reserve_(reserve),
      plan_(rules_of(options), age_of_newest(options.file), std::chrono::steady_clock::now()),
      page_size_(number(db, "PRAGMA page_size")) {
  // Takes the place of SQLite's own automatic checkpoint, which would make the commit that reaches the bound wait.
  sqlite3_wal_hook(db_.getHandle(), &Upkeep::log_grew, this);
}

Upkeep::~Upkeep() {
  if (checker_.joinable()) checker_.join();
}

int Upkeep::log_grew(void* self, sqlite3*, const char*, int frames) {
  auto& upkeep = *static_cast<Upkeep*>(self);
  upkeep.log_bytes_ = static_cast<std::uint64_t>(frames) * (upkeep.page_size_ + kFrameHeader);
  upkeep.wrote_ = true;
  return SQLITE_OK;
}

void Upkeep::committed(Time now) {
  if (std::exchange(wrote_, false)) plan_.committed(log_bytes_, now);
}

void Upkeep::turn(Time now) {
  try {
    switch (plan_.next(now)) {
      case Chore::none:
        return;
      case Chore::checkpoint:
        return checkpoint();
      case Chore::tidy:
        return tidy();
      case Chore::vacuum:
        return vacuum();
      case Chore::snapshot:
        return snapshot(now);
    }
  } catch (...) {
    plan_.vacuum_failed();
    failed("its upkeep", current_error());
  }
}

void Upkeep::measure() {
  plan_.measured(log_bytes_, number(db_, "PRAGMA freelist_count") * page_size_,
                 number(db_, "PRAGMA page_count") * page_size_);
}

void Upkeep::checkpoint() {
  int frames = 0;
  int moved = 0;
  const int result =
      sqlite3_wal_checkpoint_v2(db_.getHandle(), "main", SQLITE_CHECKPOINT_PASSIVE, &frames, &moved);
  // The next commit begins the log anew, unless another process still reads it.
  if (result == SQLITE_OK && moved == frames) log_bytes_ = 0;
  measure();
}

void Upkeep::tidy() {
  plan_.tidied();
  reserve_.renew();
  if (log_bytes_ >= kLogWorthCheckpoint) return checkpoint();
  measure();
}

void Upkeep::vacuum() {
  db_.exec("PRAGMA incremental_vacuum(" + std::to_string(kVacuumSlice) + ")");
  wrote_ = false;  // nothing that a snapshot would miss
  measure();
  // What was given back is in the log yet; the file becomes shorter by this.
  if (!plan_.vacuuming()) checkpoint();
}

void Upkeep::snapshot(Time now) {
  try {
    if (checker_.joinable()) checker_.join();
    if (!copy_) {
      // The file itself is then never older than its newest snapshot: a log that is damaged takes back less.
      checkpoint();
      copy_ = std::make_unique<SnapshotCopy>(db_, options_.file, vfs_);
    }
    plan_.snapshot_slice_done();
    const auto more = copy_->step();
    if (!more) throw ErrorException(more.error());
    if (*more) return;
    copy_.reset();
    plan_.snapshot_ended(true, now);
    snapshot_copied();
  } catch (...) {
    copy_.reset();
    plan_.snapshot_ended(false, now);
    failed("its snapshot", current_error());
  }
}

void Upkeep::snapshot_copied() {
  checker_ = std::thread([this] {
    const auto done = publish_snapshot(options_.file, vfs_, options_.snapshots.keep);
    if (done) {
      ++published_;
    } else {
      failed("its snapshot", done.error());
    }
  });
}

void Upkeep::failed(const char* what, const Error& error) {
  if (complained_.exchange(true)) return;
  spdlog::warn("storage: {}: {} failed: {}; further failures are not logged", options_.file.string(), what,
               error.text);
}

}  // namespace hearth::store
