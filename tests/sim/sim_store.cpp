// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/sim_store.hpp"

#include <SQLiteCpp/Savepoint.h>

#include "sdk/store/sqlite_error.hpp"

namespace hearth::sim {
namespace {

constexpr Duration kBusyTimeout{5'000'000};
constexpr const char* kFile = "hearth-host.db";

}  // namespace

Result<std::unique_ptr<SimStore>> SimStore::open(ProcessScheduler& process, DiskVfs& vfs,
                                                 const StoreConditions& conditions,
                                                 const std::string& schema) {
  try {
    SQLite::Database db(std::string(kFile), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE, 0, vfs.name());
    db.exec("PRAGMA locking_mode = EXCLUSIVE");
    db.exec("PRAGMA journal_mode = WAL");
    db.exec("PRAGMA synchronous = FULL");
    db.exec("PRAGMA foreign_keys = ON");
    db.exec("PRAGMA cache_size = 64");
    SQLite::Transaction transaction(db, SQLite::TransactionBehavior::IMMEDIATE);
    db.exec(schema);
    transaction.commit();
    return std::unique_ptr<SimStore>(new SimStore(process, conditions, std::move(db)));
  } catch (...) {
    return store::current_error();
  }
}

SimStore::SimStore(ProcessScheduler& process, const StoreConditions& conditions, SQLite::Database db)
    : process_(process), conditions_(conditions), db_(std::move(db)) {}

void SimStore::write(store::Storage::Job job, store::Storage::Done done) {
  waiting_.push_back({std::move(job), std::move(done)});
  arm();
}

void SimStore::arm() {
  if (committing_ || waiting_.empty()) return;
  committing_ = true;
  const auto wait =
      conditions_.locked ? kBusyTimeout : process_.random().time(conditions_.fastest, conditions_.slowest);
  process_.after(wait, [this] { commit(); });
}

void SimStore::commit() {
  const auto group = std::exchange(waiting_, {});
  const auto results = run_group(group);
  std::vector<std::function<void()>> answers;
  for (std::size_t i = 0; i < group.size(); ++i) {
    if (group[i].done) answers.push_back([done = group[i].done, result = results[i]] { done(result); });
  }
  // As from a storage thread: one turn for each, in order, and not at once.
  process_.after(process_.random().time(Duration(10), Duration(500)), [this, answers = std::move(answers)] {
    for (const auto& answer : answers)
      process_.post(answer);
  });
  committing_ = false;
  arm();
}

std::vector<Result<void>> SimStore::run_group(const std::vector<Entry>& group) {
  try {
    if (conditions_.locked) throw ErrorException(unavailable("StorageBusy", "the database is locked"));
    std::vector<Result<void>> results;
    SQLite::Transaction transaction(db_, SQLite::TransactionBehavior::IMMEDIATE);
    for (const auto& entry : group) {
      results.push_back(run_job(entry.job));
      if (sqlite3_get_autocommit(db_.getHandle()) != 0) throw ErrorException(results.back().error());
    }
    transaction.commit();
    ++commits_;
    return results;
  } catch (...) {
    return std::vector<Result<void>>(group.size(), Result<void>(store::current_error()));
  }
}

Result<void> SimStore::run_job(const store::Storage::Job& job) {
  try {
    SQLite::Savepoint savepoint(db_, "job");
    job(db_);
    savepoint.release();
    return {};
  } catch (...) {
    return store::current_error();
  }
}

Result<void> SimStore::run(store::Storage::Job job) {
  return run_group({{std::move(job), nullptr}}).front();
}

}  // namespace hearth::sim
