// SPDX-License-Identifier: Apache-2.0
#include "host/twin/write_behind.hpp"

#include <spdlog/spdlog.h>

namespace hearth::twin {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kMaxWaiters = 16'384;
constexpr std::size_t kMaxWaitingBytes = 8 * 1024 * 1024;
constexpr auto kStall = 250ms;
// The time is stored so coarsely that it costs nothing: it rides along with a batch that is written anyway.
constexpr std::int64_t kTimeStepMs = 60'000;

}  // namespace

WriteBehind::WriteBehind(Scheduler& scheduler, store::Writer& writer, const TwinTable& table,
                         const Inventory& inventory, ForwardTime& time, Metrics& metrics)
    : scheduler_(scheduler),
      writer_(writer),
      table_(table),
      inventory_(inventory),
      time_(time),
      backoff_(500ms, 30s),
      retry_(scheduler.make_alarm()),
      stall_(scheduler.make_alarm()),
      healthy_(
          metrics.gauge("hearth_twin_storage_healthy", "1 while twins can be stored, 0 while they cannot")),
      unstored_(metrics.gauge("hearth_twin_unstored_rows", "Rows that wait to be stored after a failure")),
      failures_(metrics.counter("hearth_twin_store_failures_total", "Attempts to store twins that failed")) {
  healthy_.Set(1);
}

void WriteBehind::flush() {
  if (!problem_ && !taken_) write();
}

void WriteBehind::when_stored(Done done, std::size_t bytes) {
  if (!taken_ && dirty_.empty()) return done({});
  if (problem_) return done(*problem_);
  if (waiting_.size() >= kMaxWaiters || waiting_bytes_ + bytes > kMaxWaitingBytes) {
    flush();
    return done(Error{ErrorClass::exhausted, "Busy", "too many answers wait for the disk already"});
  }
  waiting_bytes_ += bytes;
  waiting_.push_back({std::move(done), bytes});
  flush();
}

void WriteBehind::write() {
  if (dirty_.empty()) return answer(std::exchange(waiting_, {}), {});
  const auto batch = std::make_shared<sql::Batch>(dirty_.rows(table_, inventory_));
  const auto now_ms = time_.now_ms();
  if (now_ms >= stored_time_ms_ + kTimeStepMs || now_ms < stored_time_ms_) batch->time_ms = now_ms;
  taken_ = std::exchange(dirty_, {});
  answers_ = std::exchange(waiting_, {});
  writer_.write(
      [batch, statements = statements_](SQLite::Database& db) { sql::put(db, *statements, *batch); },
      [this, time_ms = batch->time_ms, alive = std::weak_ptr(alive_)](const Result<void>& result) {
        if (alive.expired()) return;
        if (result && time_ms != 0) stored_time_ms_ = time_ms;
        written(result);
      });
  stall_->set(scheduler_.now() + kStall, [this] {
    if (events_.stalled) events_.stalled();
  });
}

void WriteBehind::written(const Result<void>& result) {
  stall_->cancel();
  auto taken = std::exchange(taken_, std::nullopt);
  auto answers = std::exchange(answers_, {});
  if (!result) {
    dirty_.put_back(std::move(*taken));
    failed(result.error());
    answer(std::move(answers), result);
    return answer(std::exchange(waiting_, {}), result);
  }
  if (problem_) {
    spdlog::info("twin: storing works again");
    problem_.reset();
    backoff_.reset();
    show();
    if (events_.health_changed) events_.health_changed();
  }
  answer(std::move(answers), result);
  flush();
}

void WriteBehind::failed(const Error& error) {
  failures_.Increment();
  const bool news = !problem_ || problem_->code != error.code;
  problem_ = error;
  show();
  // The longest wait of the step, not a random one: nobody else tries at the same moment.
  retry_->set(scheduler_.now() + backoff_.next(1.0), [this] {
    if (!taken_) write();
  });
  if (!news) return;
  spdlog::warn("twin: not stored, goes on in memory and tries again: {}", error.text);
  if (events_.health_changed) events_.health_changed();
}

void WriteBehind::answer(Waiters waiters, const Result<void>& result) {
  for (auto& waiter : waiters) {
    waiting_bytes_ -= waiter.bytes;
    waiter.done(result);
  }
}

void WriteBehind::show() {
  healthy_.Set(problem_ ? 0 : 1);
  unstored_.Set(problem_ ? static_cast<double>(dirty_.count()) : 0);
}

}  // namespace hearth::twin
