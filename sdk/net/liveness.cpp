// SPDX-License-Identifier: Apache-2.0
#include "sdk/net/liveness.hpp"

#include <time.h>

namespace hearth::net {

BootClock::time_point BootClock::now() noexcept {
  timespec time{};
  ::clock_gettime(CLOCK_BOOTTIME, &time);
  return time_point(std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec));
}

void Liveness::look(Time now) {
  // A little more than the limit: a look at the deadline itself is in time, and a busy machine may be late for it.
  if (now - looked_ > limit_ + limit_ / 4) slept_ = true;
  looked_ = now;
}

void Liveness::heard(Time now) {
  look(now);
  // What had arrived before a long sleep says nothing of now.
  heard_ = now;
}

bool Liveness::gone(Time now) {
  look(now);
  return slept_ || now >= deadline();
}

}  // namespace hearth::net
