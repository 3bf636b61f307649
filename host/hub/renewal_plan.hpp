// SPDX-License-Identifier: Apache-2.0
// When a certificate is renewed: at a random point between 70 and 90 % of its life, as KubeEdge has it, and after a
// failure ever more rarely.
// Thread: its owner's; no I/O and no clock of its own.   Errors: none.
#pragma once

#include "sdk/base/time.hpp"

namespace hearth::edgehub {

class RenewalPlan {
 public:
  using Duration = std::chrono::seconds;

  /// `random` in [0, 1).
  RenewalPlan(WallTime not_before, WallTime not_after, double random);

  bool due(WallTime now) const { return now >= next_; }
  /// Until due, but an hour at most, as the wall clock may be set meanwhile.
  Duration wait(WallTime now) const;
  void failed(WallTime now, double random);
  WallTime expires() const { return not_after_; }

 private:
  WallTime not_after_;
  WallTime next_;
  Duration backoff_;
};

}  // namespace hearth::edgehub
