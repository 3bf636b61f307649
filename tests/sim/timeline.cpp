// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/timeline.hpp"

#include <algorithm>

namespace hearth::sim {
namespace {

constexpr std::int64_t kBeginning = 1'767'225'600'000;
constexpr Duration kPostDelay{150};
constexpr Duration kAlarmDelay{2'000};

class SimAlarm final : public Alarm {
 public:
  explicit SimAlarm(ProcessScheduler& process) : process_(process) {}

  void set(Time when, Task task) override {
    const auto turn = ++*turn_;
    const auto late = process_.random().time(Duration(1), kAlarmDelay);
    process_.timeline().at(
        std::max(when, process_.now()) + late,
        [turn, current = std::weak_ptr(turn_), task = std::move(task)] {
          const auto held = current.lock();
          if (held && *held == turn) task();
        },
        process_.life());
  }

  void cancel() override { ++*turn_; }

 private:
  ProcessScheduler& process_;
  std::shared_ptr<std::uint64_t> turn_ = std::make_shared<std::uint64_t>(0);
};

}  // namespace

WallTime Timeline::wall() const {
  return from_unix_ms(kBeginning) + std::chrono::duration_cast<WallTime::duration>(now_.time_since_epoch());
}

void Timeline::at(Time when, Task task, const Life& life) {
  events_.push_back({std::max(when, now_), ++order_, std::move(task), life, life != nullptr});
  std::push_heap(events_.begin(), events_.end(), std::greater<>());
}

void Timeline::after(Duration delay, Task task, const Life& life) {
  at(now_ + delay, std::move(task), life);
}

bool Timeline::step(Time limit) {
  if (events_.empty() || events_.front().when > limit) {
    now_ = std::max(now_, limit);
    return false;
  }
  std::pop_heap(events_.begin(), events_.end(), std::greater<>());
  auto event = std::move(events_.back());
  events_.pop_back();
  now_ = event.when;
  if (event.mortal && event.life.expired()) return true;
  ++steps_;
  event.task();
  return true;
}

void ProcessScheduler::post(Task task) {
  last_post_ = std::max(last_post_, now() + random_.time(Duration(0), kPostDelay));
  timeline_.at(last_post_, std::move(task), life_);
}

std::unique_ptr<Alarm> ProcessScheduler::make_alarm() {
  return std::make_unique<SimAlarm>(*this);
}

}  // namespace hearth::sim
