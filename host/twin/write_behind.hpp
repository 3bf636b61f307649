// SPDX-License-Identifier: Apache-2.0
// Brings the database to what memory holds: one batch of rows at a time, and the answers that had to wait for it. While
// the disk takes nothing, rows stay marked (each once), answers are refused at once, and it is tried again ever more
// rarely until the disk heals.
// Thread: the scheduler's.   Errors: those of the Writer go to whoever waits, and into problem().
#pragma once

#include <deque>
#include <memory>
#include <optional>

#include "host/twin/dirty_rows.hpp"
#include "host/twin/forward_time.hpp"
#include "sdk/base/backoff.hpp"
#include "sdk/base/metrics.hpp"
#include "sdk/loop/scheduler.hpp"
#include "sdk/store/writer.hpp"

namespace hearth::twin {

struct WriteBehindEvents {
  std::function<void()> health_changed;
  /// A batch takes its time: what should not wait for it goes ahead.
  std::function<void()> stalled;
};

class WriteBehind {
 public:
  using Done = std::function<void(const Result<void>&)>;

  WriteBehind(Scheduler& scheduler, store::Writer& writer, const TwinTable& table, const Inventory& inventory,
              ForwardTime& time, Metrics& metrics);

  void on_events(WriteBehindEvents events) { events_ = std::move(events); }

  /// Rows to be stored; to be followed by flush() or when_stored().
  DirtyRows& rows() { return dirty_; }
  /// Starts writing if nothing is under way.
  void flush();
  /// `done` comes once all that is marked now is on disk, or with the reason why not; at once if nothing is to be
  /// stored or nothing can be. In the order of the calls. `bytes`: what the answer holds.
  void when_stored(Done done, std::size_t bytes = 0);
  /// The time on disk, from load().
  void restored_time(std::int64_t ms) { stored_time_ms_ = ms; }

  /// Why the last batch could not be stored; nothing while all is well.
  const std::optional<Error>& problem() const { return problem_; }

 private:
  struct Waiter {
    Done done;
    std::size_t bytes = 0;
  };
  using Waiters = std::deque<Waiter>;

  void write();
  void written(const Result<void>& result);
  void failed(const Error& error);
  void answer(Waiters waiters, const Result<void>& result);
  void show();

  Scheduler& scheduler_;
  store::Writer& writer_;
  const TwinTable& table_;
  const Inventory& inventory_;
  ForwardTime& time_;
  WriteBehindEvents events_;
  std::shared_ptr<store::Statements> statements_ = std::make_shared<store::Statements>();
  DirtyRows dirty_;
  std::optional<DirtyRows> taken_;  ///< under way
  Waiters waiting_;                 ///< for the next batch
  Waiters answers_;                 ///< for the batch under way
  std::size_t waiting_bytes_ = 0;
  std::optional<Error> problem_;
  Backoff backoff_;
  std::unique_ptr<Alarm> retry_;
  std::unique_ptr<Alarm> stall_;
  std::int64_t stored_time_ms_ = 0;
  prometheus::Gauge& healthy_;
  prometheus::Gauge& unstored_;
  prometheus::Counter& failures_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace hearth::twin
