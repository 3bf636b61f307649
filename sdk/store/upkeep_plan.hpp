// SPDX-License-Identifier: Apache-2.0
// When a database file is cared for: checkpoints that bound its log, dead space given back in slices, snapshots.
// Thread: none, plain value without I/O; fed by the storage thread.   Errors: none.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "sdk/store/storage.hpp"

namespace hearth::store {

enum class Chore {
  none,
  checkpoint,  ///< the log has grown to its bound
  tidy,        ///< nobody writes for a while: look at log, dead space and reserve
  vacuum,      ///< give back a slice of dead space
  snapshot,    ///< begin one, or copy the next slice
};

struct UpkeepRules {
  std::uint64_t checkpoint_bytes = 4 * 1024 * 1024;  ///< of the log, while jobs keep coming
  std::uint64_t checkpoint_again = 1024 * 1024;      ///< growth after a checkpoint that a reader held up
  std::chrono::milliseconds idle{1000};              ///< without a commit
  std::uint64_t dead_bytes = 256 * 1024;             ///< dead space is worth a vacuum only above this …
  std::uint64_t dead_share = 8;                      ///< … and above one part in so many of the file
  std::chrono::minutes snapshot_retry{60};           ///< after one that failed
  SnapshotOptions snapshots;
};

class UpkeepPlan {
 public:
  using Time = std::chrono::steady_clock::time_point;

  /// `newest_snapshot` is its age; none: there is none.
  UpkeepPlan(UpkeepRules rules, std::optional<std::chrono::seconds> newest_snapshot, Time now);

  /// A group was committed; the log is now so long.
  void committed(std::uint64_t log_bytes, Time now);
  /// What was found at a checkpoint or while tidying up.
  void measured(std::uint64_t log_bytes, std::uint64_t dead_bytes, std::uint64_t file_bytes);
  void tidied() { untidy_ = false; }
  /// Not before the next measured().
  void vacuum_failed() { vacuuming_ = false; }
  bool vacuuming() const { return vacuuming_; }
  void snapshot_slice_done() { copying_ = true; }
  void snapshot_ended(bool good, Time now);

  Chore next(Time now) const;
  /// When next() will have something to do; nothing: not before the next commit.
  std::optional<Time> due() const;

 private:
  bool log_full() const;

  UpkeepRules rules_;
  std::uint64_t log_bytes_ = 0;
  std::uint64_t log_at_checkpoint_ = 0;  ///< what a checkpoint could not take off
  bool untidy_ = false;
  bool vacuuming_ = false;
  bool copying_ = false;
  Time last_commit_;
  Time snapshot_allowed_;        ///< not before
  bool first_snapshot_ = false;  ///< there is none yet: its time counts from the first change
  std::optional<Time> snapshot_due_;
};

}  // namespace hearth::store
