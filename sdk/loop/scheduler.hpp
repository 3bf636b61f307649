// SPDX-License-Identifier: Apache-2.0
// Where a part gets the time and its later turns from: the process's io_context, or the simulator's virtual clock.
// What is written against it holds no timer and no thread of its own.
// Thread: everything on the one thread or strand that the scheduler stands for.   Errors: none.
#pragma once

#include <chrono>
#include <functional>
#include <memory>

namespace hearth {

/// One wake-up. Its end cancels it.
class Alarm {
 public:
  virtual ~Alarm() = default;
  /// Instead of what was set before; never runs from within this call.
  virtual void set(std::chrono::steady_clock::time_point when, std::function<void()> task) = 0;
  virtual void cancel() = 0;
};

class Scheduler {
 public:
  virtual ~Scheduler() = default;
  virtual std::chrono::steady_clock::time_point now() const = 0;
  /// In a later turn, in the order of the calls.
  virtual void post(std::function<void()> task) = 0;
  virtual std::unique_ptr<Alarm> make_alarm() = 0;
};

}  // namespace hearth
