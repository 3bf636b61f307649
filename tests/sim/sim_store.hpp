// SPDX-License-Identifier: Apache-2.0
// A store::Writer over SQLite on a simulated disk, without a thread: jobs are grouped, committed after a while, and
// told of a while after that, so that a crash can come before, within and after each commit.
// Thread: the process's.   Errors: as those of Storage; a job that throws is rolled back alone.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <memory>
#include <string>
#include <vector>

#include "sdk/store/writer.hpp"
#include "tests/sim/timeline.hpp"
#include "tests/sim/vfs.hpp"

namespace hearth::sim {

/// Of the machine, not of the process: what a restart does not change.
struct StoreConditions {
  bool locked = false;  ///< somebody else holds the database
  Duration fastest{200};
  Duration slowest{5'000};
};

class SimStore final : public store::Writer {
 public:
  static Result<std::unique_ptr<SimStore>> open(ProcessScheduler& process, DiskVfs& vfs,
                                                const StoreConditions& conditions, const std::string& schema);

  void write(store::Storage::Job job, store::Storage::Done done) override;
  Result<void> run(store::Storage::Job job) override;
  std::size_t waiting() const { return waiting_.size(); }
  std::uint64_t commits() const { return commits_; }

 private:
  struct Entry {
    store::Storage::Job job;
    store::Storage::Done done;
  };

  SimStore(ProcessScheduler& process, const StoreConditions& conditions, SQLite::Database db);
  void arm();
  void commit();
  std::vector<Result<void>> run_group(const std::vector<Entry>& group);
  Result<void> run_job(const store::Storage::Job& job);

  ProcessScheduler& process_;
  const StoreConditions& conditions_;
  SQLite::Database db_;
  std::vector<Entry> waiting_;
  bool committing_ = false;
  std::uint64_t commits_ = 0;
};

}  // namespace hearth::sim
