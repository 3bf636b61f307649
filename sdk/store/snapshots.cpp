// SPDX-License-Identifier: Apache-2.0
#include "sdk/store/snapshots.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <sqlite3.h>

#include <algorithm>
#include <charconv>
#include <chrono>

#include "sdk/store/files.hpp"
#include "sdk/store/sqlite_error.hpp"

namespace hearth::store {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kSnapshotMark = ".snapshot-";
constexpr std::string_view kDamagedMark = ".damaged-";
constexpr std::size_t kDamagedKept = 2;
/// A slice takes a millisecond or two where the disk is quick, and stays below 20 ms on a slow card.
constexpr int kSlicePages = 64;

fs::path with_suffix(const fs::path& file, std::string_view suffix) {
  return fs::path(file.string() + std::string(suffix));
}

/// Names in the database's folder that begin with its own and the mark; what follows the mark.
std::vector<std::string> marked(const fs::path& database, std::string_view mark) {
  const auto prefix = database.filename().string() + std::string(mark);
  const auto folder = database.parent_path().empty() ? fs::path(".") : database.parent_path();
  std::vector<std::string> found;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    const auto name = entry.path().filename().string();
    if (name.starts_with(prefix)) found.push_back(name.substr(prefix.size()));
  }
  return found;
}

std::uint64_t number_of(const std::string& text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() ? number : 0;
}

/// As the path part of a file: URI.
std::string encoded(const fs::path& file) {
  std::string text;
  for (const char c : file.string()) {
    if (c == '%' || c == '?' || c == '#') {
      text += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    } else {
      text += c;
    }
  }
  return text;
}

void remove_quietly(const fs::path& file) {
  std::error_code ignored;
  fs::remove(file, ignored);
}

void prune_damaged(const fs::path& database) {
  auto times = marked(database, kDamagedMark);
  std::erase_if(times, [](const std::string& time) { return time.ends_with("-wal"); });
  std::sort(times.rbegin(), times.rend());
  for (std::size_t i = kDamagedKept; i < times.size(); ++i) {
    const auto old = with_suffix(database, std::string(kDamagedMark) + times[i]);
    remove_quietly(old);
    remove_quietly(with_suffix(old, "-wal"));
  }
}

}  // namespace

std::vector<SnapshotFile> list_snapshots(const fs::path& database) {
  std::vector<SnapshotFile> found;
  for (const auto& text : marked(database, kSnapshotMark)) {
    const auto number = number_of(text);
    if (number != 0) found.push_back({number, with_suffix(database, std::string(kSnapshotMark) + text)});
  }
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.number > b.number; });
  return found;
}

void quick_check(SQLite::Database& db) {
  auto verdict = db.execAndGet("PRAGMA quick_check(1)").getString();
  std::replace(verdict.begin(), verdict.end(), '\n', ' ');
  if (verdict != "ok") throw ErrorException(invalid(kDamagedCode, "quick_check found: " + verdict));
}

SQLite::Database open_unshared(const fs::path& file, const std::string& vfs) {
  return {"file:" + encoded(fs::absolute(file)) + "?immutable=1", SQLite::OPEN_READONLY | SQLite::OPEN_URI, 0,
          vfs};
}

Result<void> check_file(const fs::path& file, const std::string& vfs) {
  try {
    auto db = open_unshared(file, vfs);
    quick_check(db);
    return {};
  } catch (...) {
    return current_error().within(file.string());
  }
}

Result<fs::path> restore_snapshot(const fs::path& database, const std::string& vfs) {
  const auto copy = with_suffix(database, ".restoring");
  for (const auto& snapshot : list_snapshots(database)) {
    if (const auto copied = copy_private(snapshot.file, copy); !copied) {
      remove_quietly(copy);
      return copied.error();
    }
    if (const auto good = check_file(copy, vfs); !good) {
      spdlog::warn("storage: {} is damaged and removed: {}", snapshot.file.string(), good.error().text);
      remove_quietly(copy);
      remove_quietly(snapshot.file);
      continue;
    }
    for (const auto* suffix : {"-wal", "-shm", "-journal"})
      remove_quietly(with_suffix(database, suffix));
    if (const auto moved = move_into_place(copy, database); !moved) return moved.error();
    return snapshot.file;
  }
  return fs::path();
}

Result<fs::path> move_aside(const fs::path& database) {
  const auto now = std::chrono::time_point_cast<std::chrono::seconds>(std::chrono::system_clock::now());
  const auto aside =
      with_suffix(database, fmt::format("{}{:%Y%m%dT%H%M%SZ}", kDamagedMark, fmt::gmtime(now)));
  remove_quietly(with_suffix(database, "-shm"));
  remove_quietly(with_suffix(database, "-journal"));
  const auto log = with_suffix(database, "-wal");
  if (size_of(log) > 0) {
    if (const auto moved = move_into_place(log, with_suffix(aside, "-wal")); !moved) return moved.error();
  }
  remove_quietly(log);
  if (const auto moved = move_into_place(database, aside); !moved) return moved.error();
  prune_damaged(database);
  return aside;
}

fs::path unchecked_snapshot(const fs::path& database) {
  return with_suffix(database, ".snapshot.tmp");
}

SnapshotCopy::SnapshotCopy(SQLite::Database& source, fs::path database, const std::string& vfs)
    : target_(unchecked_snapshot(database)) {
  remove_quietly(target_);
  if (const auto made = make_private_file(target_); !made) throw ErrorException(made.error());
  copy_ = std::make_unique<SQLite::Database>(target_.string(), SQLite::OPEN_READWRITE, 0, vfs);
  // It counts only once it was checked and flushed as a whole: until then it needs no safety of its own.
  copy_->exec("PRAGMA journal_mode = OFF");
  copy_->exec("PRAGMA synchronous = OFF");
  copy_->exec("PRAGMA cache_size = -256");
  backup_ = sqlite3_backup_init(copy_->getHandle(), "main", source.getHandle(), "main");
  if (backup_ == nullptr) throw SQLite::Exception(copy_->getHandle());
}

SnapshotCopy::~SnapshotCopy() {
  if (backup_ == nullptr) return;
  sqlite3_backup_finish(static_cast<sqlite3_backup*>(backup_));
  copy_.reset();
  remove_quietly(target_);
}

Result<bool> SnapshotCopy::step() {
  auto* backup = static_cast<sqlite3_backup*>(backup_);
  const int result = sqlite3_backup_step(backup, kSlicePages);
  if (result == SQLITE_OK || result == SQLITE_BUSY || result == SQLITE_LOCKED) return true;
  if (result != SQLITE_DONE) {
    return unavailable("SnapshotFailed", fmt::format("{}: {}", target_.string(), sqlite3_errstr(result)));
  }
  sqlite3_backup_finish(backup);
  backup_ = nullptr;
  copy_.reset();
  return false;
}

Result<void> publish_snapshot(const fs::path& database, const std::string& vfs, std::size_t keep) {
  const auto copy = unchecked_snapshot(database);
  if (auto good = check_file(copy, vfs); !good) {
    remove_quietly(copy);
    return good;
  }
  if (auto flushed = sync_file(copy); !flushed) return flushed;
  const auto before = list_snapshots(database);
  const auto number = before.empty() ? 1 : before.front().number + 1;
  const auto place = with_suffix(database, fmt::format("{}{}", kSnapshotMark, number));
  if (auto moved = move_into_place(copy, place); !moved) return moved;
  for (std::size_t i = std::max<std::size_t>(keep, 1) - 1; i < before.size(); ++i)
    remove_quietly(before[i].file);
  return {};
}

}  // namespace hearth::store
