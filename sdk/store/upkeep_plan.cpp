// SPDX-License-Identifier: Apache-2.0
#include "sdk/store/upkeep_plan.hpp"

#include <algorithm>

namespace hearth::store {

UpkeepPlan::UpkeepPlan(UpkeepRules rules, std::optional<std::chrono::seconds> newest_snapshot, Time now)
    : rules_(rules), last_commit_(now), snapshot_allowed_(now), first_snapshot_(!newest_snapshot) {
  if (!newest_snapshot) return;
  // A clock that was set back makes a snapshot of tomorrow: as old as one of now.
  const auto age = std::max(*newest_snapshot, std::chrono::seconds(0));
  snapshot_allowed_ = now + std::max(rules_.snapshots.every - age, std::chrono::seconds(0));
}

void UpkeepPlan::committed(std::uint64_t log_bytes, Time now) {
  if (log_bytes < log_bytes_) log_at_checkpoint_ = 0;  // it began anew
  log_bytes_ = log_bytes;
  last_commit_ = now;
  untidy_ = true;
  if (rules_.snapshots.every.count() == 0 || copying_ || snapshot_due_) return;
  snapshot_due_ = first_snapshot_ ? now + rules_.snapshots.first : std::max(now, snapshot_allowed_);
}

void UpkeepPlan::measured(std::uint64_t log_bytes, std::uint64_t dead_bytes, std::uint64_t file_bytes) {
  log_bytes_ = log_bytes;
  log_at_checkpoint_ = log_bytes;
  vacuuming_ = dead_bytes > rules_.dead_bytes && dead_bytes > file_bytes / rules_.dead_share;
}

void UpkeepPlan::snapshot_ended(bool good, Time now) {
  copying_ = false;
  if (good) {
    first_snapshot_ = false;
    snapshot_due_.reset();
    snapshot_allowed_ = now + rules_.snapshots.every;
  } else {
    snapshot_due_ = now + rules_.snapshot_retry;
  }
}

bool UpkeepPlan::log_full() const {
  return log_bytes_ >= rules_.checkpoint_bytes &&
         (log_at_checkpoint_ == 0 || log_bytes_ >= log_at_checkpoint_ + rules_.checkpoint_again);
}

Chore UpkeepPlan::next(Time now) const {
  if (log_full()) return Chore::checkpoint;
  if (untidy_ && now >= last_commit_ + rules_.idle) return Chore::tidy;
  if (copying_ || (snapshot_due_ && now >= *snapshot_due_)) return Chore::snapshot;
  return vacuuming_ ? Chore::vacuum : Chore::none;
}

std::optional<UpkeepPlan::Time> UpkeepPlan::due() const {
  if (log_full() || copying_ || vacuuming_) return Time::min();
  std::optional<Time> when = snapshot_due_;
  if (untidy_) when = std::min(when.value_or(Time::max()), last_commit_ + rules_.idle);
  return when;
}

}  // namespace hearth::store
