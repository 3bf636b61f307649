// SPDX-License-Identifier: Apache-2.0
// Durations measured, and their distribution on one line.
// Thread: plain value.   Errors: none; a percentile of nothing is zero.
#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace hearth::bench {

using SteadyClock = std::chrono::steady_clock;

class Samples {
 public:
  void add(SteadyClock::duration sample) { samples_.push_back(sample); }
  std::size_t count() const { return samples_.size(); }

  /// `part` of all samples are not above it: nearest rank, 0 gives the least, 1 the greatest.
  SteadyClock::duration percentile(double part) const;
  /// "min 0.81 p50 1.02 p99 2.50 max 3.11 ms (1000)"
  std::string text() const;

 private:
  std::vector<SteadyClock::duration> samples_;
};

double milliseconds(SteadyClock::duration duration);

}  // namespace hearth::bench
