// SPDX-License-Identifier: Apache-2.0
// Virtual time: what is due when, for the whole simulated world; and the Scheduler of one simulated process.
// Thread: one; time passes only in step().   Errors: none.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "sdk/base/time.hpp"
#include "sdk/loop/scheduler.hpp"
#include "tests/sim/random.hpp"

namespace hearth::sim {

using Time = std::chrono::steady_clock::time_point;
using Duration = std::chrono::microseconds;
using Task = std::function<void()>;
/// What belongs to a process that has ended does not happen.
using Life = std::shared_ptr<const bool>;

class Timeline {
 public:
  explicit Timeline(std::uint64_t seed) : random_(seed) {}

  Time now() const { return now_; }
  /// The wall clock of every process: 2026-01-01 at the beginning.
  WallTime wall() const;
  Random& random() { return random_; }

  /// Things of one instant happen in the order of the calls. `life` null: of the world, always happens.
  void at(Time when, Task task, const Life& life = nullptr);
  void after(Duration delay, Task task, const Life& life = nullptr);
  /// The next thing that is due until `limit`; false if there is none, and then it is `limit`.
  bool step(Time limit);
  std::uint64_t steps() const { return steps_; }

 private:
  struct Event {
    Time when;
    std::uint64_t order;
    Task task;
    std::weak_ptr<const bool> life;
    bool mortal;
    bool operator>(const Event& other) const {
      return when != other.when ? when > other.when : order > other.order;
    }
  };

  Random random_;
  Time now_{};
  std::uint64_t order_ = 0;
  std::uint64_t steps_ = 0;
  std::vector<Event> events_;  ///< a heap, the next one in front
};

/// A process: its turns come a little late, as those of real ones do, but in order; with its end they end.
class ProcessScheduler final : public Scheduler {
 public:
  explicit ProcessScheduler(Timeline& timeline) : timeline_(timeline), random_(timeline.random().split()) {}

  Time now() const override { return timeline_.now(); }
  void post(Task task) override;
  std::unique_ptr<Alarm> make_alarm() override;

  void after(Duration delay, Task task) { timeline_.after(delay, std::move(task), life_); }
  const Life& life() const { return life_; }
  Timeline& timeline() { return timeline_; }
  Random& random() { return random_; }

 private:
  Timeline& timeline_;
  Random random_;
  Time last_post_{};
  Life life_ = std::make_shared<const bool>(true);
};

}  // namespace hearth::sim
