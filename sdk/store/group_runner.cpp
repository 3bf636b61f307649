// SPDX-License-Identifier: Apache-2.0
#include "sdk/store/group_runner.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <thread>

#include "sdk/store/sqlite_error.hpp"

namespace hearth::store {
namespace {

using namespace std::chrono_literals;

/// While a lock is known to be held, each group only looks whether it still is: the queue must not pile up behind it.
constexpr std::chrono::milliseconds kGlance = 20ms;

bool disk_full(const Result<void>& result) {
  return !result && result.error().code == kFullCode;
}

}  // namespace

GroupRunner::GroupRunner(SQLite::Database& db, ReserveFile& reserve, int busy_timeout_ms)
    : db_(db),
      reserve_(reserve),
      patience_(busy_timeout_ms),
      // IMMEDIATE: a lock held by somebody else shows here, before any job ran.
      begin_(db, "BEGIN IMMEDIATE"),
      commit_(db, "COMMIT"),
      rollback_(db, "ROLLBACK"),
      savepoint_(db, "SAVEPOINT job"),
      release_(db, "RELEASE job"),
      undo_(db, "ROLLBACK TO job") {
  sqlite3_busy_handler(db.getHandle(), &GroupRunner::lock_held, this);
}

int GroupRunner::lock_held(void* self, int times) {
  return static_cast<GroupRunner*>(self)->wait_for_lock(times) ? 1 : 0;
}

bool GroupRunner::wait_for_lock(int times) {
  const auto now = std::chrono::steady_clock::now();
  if (times == 0) waiting_since_ = now;
  const auto limit = locked_out_ || hurry_ ? std::min(kGlance, patience_) : patience_;
  if (now - waiting_since_ >= limit) return false;
  // Mostly another process reads or writes for a moment; waiting longer and longer costs little.
  std::this_thread::sleep_for(std::min(1ms * (times + 1), 25ms));
  return true;
}

std::vector<Result<void>> GroupRunner::run(const std::vector<Entry>& group) {
  committed_ = false;
  auto results = attempt(group);
  if (!committed_ && std::any_of(results.begin(), results.end(), disk_full) && reserve_.release()) {
    results = attempt(group);
  }
  locked_out_ = !results.front() && results.front().error().code == kBusyCode;
  return results;
}

std::vector<Result<void>> GroupRunner::attempt(const std::vector<Entry>& group) {
  try {
    execute(begin_);
    auto results = run_jobs(group);
    execute(commit_);
    committed_ = true;
    return results;
  } catch (...) {
    const auto error = current_error();
    roll_back();
    return std::vector<Result<void>>(group.size(), Result<void>(error));
  }
}

/// Throws what must undo the whole group.
std::vector<Result<void>> GroupRunner::run_jobs(const std::vector<Entry>& group) {
  if (group.size() == 1) {
    group.front().job(db_);  // with nobody to be kept apart from, it needs no savepoint
    return std::vector<Result<void>>(1);
  }
  std::vector<Result<void>> results;
  results.reserve(group.size());
  for (const auto& entry : group) {
    results.push_back(run_alone(entry.job));
    // On a full disk SQLite may roll back everything by itself; then no job of the group holds.
    const bool undone = sqlite3_get_autocommit(db_.getHandle()) != 0;
    const bool reserve_helps = disk_full(results.back()) && reserve_.held();
    if (undone || reserve_helps) throw ErrorException(results.back().error());
  }
  return results;
}

Result<void> GroupRunner::run_alone(const Storage::Job& job) {
  try {
    execute(savepoint_);
    job(db_);
    execute(release_);
    return {};
  } catch (...) {
    const auto error = current_error();
    if (sqlite3_get_autocommit(db_.getHandle()) == 0) {
      execute(undo_);
      execute(release_);
    }
    return error;
  }
}

void GroupRunner::execute(SQLite::Statement& statement) {
  statement.tryReset();
  statement.exec();
  statement.tryReset();
}

void GroupRunner::roll_back() {
  if (sqlite3_get_autocommit(db_.getHandle()) != 0) return;
  rollback_.tryReset();
  rollback_.tryExecuteStep();
  rollback_.tryReset();
}

}  // namespace hearth::store
