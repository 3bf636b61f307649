// SPDX-License-Identifier: Apache-2.0
// Time and disk in the hands of a test: a Scheduler whose clock stands still until it is moved, and a Writer over SQLite
// that can be slow, or fail.
// Thread: the test's.   Errors: those the test asks for, and SQLite's.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <deque>
#include <map>
#include <memory>
#include <optional>

#include "sdk/loop/scheduler.hpp"
#include "sdk/store/writer.hpp"

namespace hearth::twin::testing {

class ManualScheduler final : public Scheduler {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;
  using Task = std::function<void()>;

  TimePoint now() const override { return now_; }
  void post(Task task) override { posted_.push_back(std::move(task)); }
  std::unique_ptr<Alarm> make_alarm() override { return std::make_unique<ManualAlarm>(*this); }

  /// Everything that is due by now.
  void run() {
    for (;;) {
      if (!posted_.empty()) {
        const auto task = std::move(posted_.front());
        posted_.pop_front();
        task();
      } else if (!alarms_.empty() && alarms_.begin()->first.first <= now_) {
        const auto alarm = alarms_.begin()->second;
        alarm->fire();
      } else {
        return;
      }
    }
  }
  void advance(std::chrono::milliseconds time) {
    const auto end = now_ + time;
    run();
    while (!alarms_.empty() && alarms_.begin()->first.first <= end) {
      now_ = alarms_.begin()->first.first;
      run();
    }
    now_ = end;
    run();
  }

 private:
  class ManualAlarm final : public Alarm {
   public:
    explicit ManualAlarm(ManualScheduler& scheduler) : scheduler_(scheduler) {}
    ~ManualAlarm() override { cancel(); }
    void set(TimePoint when, Task task) override {
      cancel();
      key_ = {when, ++scheduler_.order_};
      task_ = std::move(task);
      scheduler_.alarms_[*key_] = this;
    }
    void cancel() override {
      if (key_) scheduler_.alarms_.erase(*key_);
      key_.reset();
    }
    void fire() {
      const auto task = std::move(task_);
      cancel();
      task();
    }

   private:
    ManualScheduler& scheduler_;
    std::optional<std::pair<TimePoint, std::uint64_t>> key_;
    Task task_;
  };

  TimePoint now_{std::chrono::hours(1000)};
  std::uint64_t order_ = 0;
  std::deque<Task> posted_;
  std::map<std::pair<TimePoint, std::uint64_t>, ManualAlarm*> alarms_;
};

class ManualWriter final : public store::Writer {
 public:
  ManualWriter(Scheduler& scheduler, const std::string& file, const std::string& schema)
      : scheduler_(scheduler), db_(file, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE) {
    db_.exec("PRAGMA foreign_keys = ON");
    db_.exec("PRAGMA synchronous = OFF");  // no test cuts the power
    db_.exec("PRAGMA journal_mode = MEMORY");
    db_.exec(schema);
  }

  void write(store::Storage::Job job, store::Storage::Done done) override {
    ++writes_;
    if (slow_) {
      held_.emplace_back(std::move(job), std::move(done));
    } else {
      carry_out(job, std::move(done));
    }
  }
  Result<void> run(store::Storage::Job job) override { return commit(job); }

  /// Every write from now on ends with this.
  void fail(Error error) { failure_ = std::move(error); }
  void heal() { failure_.reset(); }
  /// Writes wait for release().
  void hold() { slow_ = true; }
  void release() {
    slow_ = false;
    for (auto& [job, done] : std::exchange(held_, {}))
      carry_out(job, std::move(done));
  }
  std::size_t writes() const { return writes_; }

 private:
  void carry_out(const store::Storage::Job& job, store::Storage::Done done) {
    auto result = failure_ ? Result<void>(*failure_) : commit(job);
    scheduler_.post([done = std::move(done), result = std::move(result)]() { done(result); });
  }

  Result<void> commit(const store::Storage::Job& job) {
    try {
      SQLite::Transaction transaction(db_);
      job(db_);
      transaction.commit();
      return {};
    } catch (const SQLite::Exception& failure) {
      return internal_error(failure.what());
    }
  }

  Scheduler& scheduler_;
  SQLite::Database db_;
  std::optional<Error> failure_;
  bool slow_ = false;
  std::size_t writes_ = 0;
  std::vector<std::pair<store::Storage::Job, store::Storage::Done>> held_;
};

}  // namespace hearth::twin::testing
