// SPDX-License-Identifier: Apache-2.0
// The time by which desired values expire: the wall clock's, but never behind what is known to have passed already. A
// board without a battery starts in 1970, and what had expired before must not come to life again.
// Thread: one owner.   Errors: none.
#pragma once

#include "sdk/base/time.hpp"
#include "sdk/loop/scheduler.hpp"

namespace hearth::twin {

class ForwardTime {
 public:
  ForwardTime(Clock wall, const Scheduler& scheduler) : wall_(std::move(wall)), scheduler_(scheduler) {}

  /// Unix ms.
  std::int64_t now_ms();
  /// The time found on disk: it has passed.
  void restore(std::int64_t known_ms);
  /// What the cloud's clock said just now. Where it confirms the wall clock, the wall clock counts, even if that leads
  /// back: the time held until now was that of a clock which ran ahead.
  void agree(std::int64_t cloud_ms);

 private:
  std::int64_t held_ms() const;
  void hold(std::int64_t ms);

  Clock wall_;
  const Scheduler& scheduler_;
  std::int64_t base_ms_ = 0;
  std::chrono::steady_clock::time_point base_at_{};
};

}  // namespace hearth::twin
