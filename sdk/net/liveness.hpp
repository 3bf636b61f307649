// SPDX-License-Identifier: Apache-2.0
// Whether the peer of a link can still be there: heard of lately, by a clock that runs on while the machine sleeps.
// Thread: one owner; no I/O and no clock of its own.   Errors: none.
#pragma once

#include <chrono>

namespace hearth::net {

/// CLOCK_BOOTTIME: unlike steady_clock it counts the time of a suspended machine.
struct BootClock {
  using duration = std::chrono::nanoseconds;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<BootClock>;
  static constexpr bool is_steady = true;
  static time_point now() noexcept;
};

class Liveness {
 public:
  using Time = BootClock::time_point;

  /// A peer not heard of for `limit` is gone. So is one after a time in which nobody looked, neither at the clock nor
  /// for input: this process was stopped, or its machine suspended, and the peer has given the link up.
  Liveness(BootClock::duration limit, Time now) : limit_(limit), heard_(now), looked_(now) {}

  void heard(Time now);
  /// To be called at deadline() at the latest.
  bool gone(Time now);
  /// True after gone() was, if the reason was ours.
  bool slept() const { return slept_; }
  Time deadline() const { return heard_ + limit_; }

 private:
  void look(Time now);

  BootClock::duration limit_;
  Time heard_;
  Time looked_;
  bool slept_ = false;
};

}  // namespace hearth::net
