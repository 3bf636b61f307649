// SPDX-License-Identifier: Apache-2.0
// How long to wait before trying again: doubling from a minimum to a maximum, with full jitter.
// Thread: one owner.   Errors: none.
#pragma once

#include <chrono>

namespace hearth {

/// A random number in [0, 1), of a generator of this thread.
double random_unit();

class Backoff {
 public:
  using Duration = std::chrono::milliseconds;

  Backoff(Duration min, Duration max) : min_(min), max_(max) {}

  /// The next wait, spread evenly over the minimum to the current limit by `random` in [0, 1); the limit then
  /// doubles.
  Duration next(double random);
  /// The same with random_unit().
  Duration next() { return next(random_unit()); }
  /// After something worked: the next wait is short again.
  void reset() { limit_ = Duration{0}; }
  /// Number the limit stands at; zero before the first failure.
  Duration limit() const { return limit_; }

 private:
  Duration min_;
  Duration max_;
  Duration limit_{0};
};

}  // namespace hearth
