// SPDX-License-Identifier: Apache-2.0
// When to dial again. Full jitter from the first retry on, so that a fleet does not come back in one second.
// Thread: its owner's; no I/O.   Errors: none.
#pragma once

#include <chrono>

#include "sdk/base/backoff.hpp"

namespace hearth::edgehub {

/// A link that stayed up this long counts as a success: the next wait is short again. A shorter one does not,
/// or a cloud that accepts and closes at once would be dialled without end.
inline constexpr std::chrono::seconds kStableLink{30};

class ReconnectPolicy {
 public:
  using Duration = Backoff::Duration;

  ReconnectPolicy(Duration min, Duration max) : backoff_(min, max), max_(max) {}

  /// The wait after an attempt that failed (`link_was_up` zero) or a link that ended; `random` in [0, 1).
  Duration after_failure(Duration link_was_up, double random);
  /// The wait after a failure that only a person can mend, such as a bad token: the upper half of the maximum.
  Duration after_refusal(double random) const;

 private:
  Backoff backoff_;
  Duration max_;
};

}  // namespace hearth::edgehub
