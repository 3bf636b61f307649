// SPDX-License-Identifier: Apache-2.0
// When to dial again. Full jitter from the first retry on, so that a fleet does not come back in one second; short for
// the first seconds of an outage, as most of them are a cloud that restarts; then a part of what the outage has taken so
// far. An outage lasts until a link has served: one that breaks before that is a part of it.
// Thread: its owner's; no I/O and no clock of its own.   Errors: none.
#pragma once

#include <chrono>
#include <optional>

namespace hearth::edgehub {

/// How an attempt to link, or the link it made, ended.
struct Ending {
  enum class Cause {
    outage,
    refusal,  ///< only a person can mend it, such as a bad token
    clock,    ///< this machine's clock is behind, and is set any moment
  };
  std::chrono::steady_clock::time_point now;
  bool served = false;  ///< there was a link, and the cloud did its work on it
  Cause cause = Cause::outage;
  std::chrono::seconds retry_after{0};  ///< what the server asked for; zero: nothing
};

class ReconnectPolicy {
 public:
  using Duration = std::chrono::milliseconds;

  /// Waits are drawn from zero to a limit that grows from `min` to `max`.
  ReconnectPolicy(Duration min, Duration max) : min_(min), max_(max) {}

  /// `random` in [0, 1).
  Duration wait(const Ending& ending, double random);

 private:
  void note(const Ending& ending);
  Duration limit() const;

  Duration min_;
  Duration max_;
  std::optional<std::chrono::steady_clock::time_point> outage_began_;
  Duration outage_{0};  ///< how long it has taken so far
};

}  // namespace hearth::edgehub
