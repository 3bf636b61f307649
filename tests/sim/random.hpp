// SPDX-License-Identifier: Apache-2.0
// Every choice of a simulation: one seed, one sequence of numbers.
// Thread: one owner.   Errors: none.
#pragma once

#include <chrono>
#include <cstdint>

namespace hearth::sim {

class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  /// SplitMix64 (Steele, Lea, Flood 2014).
  std::uint64_t next() {
    auto mixed = state_ += 0x9E3779B97F4A7C15;
    mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
    mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
    return mixed ^ (mixed >> 31);
  }

  /// 0 to limit - 1; `limit` is above 0.
  std::uint64_t below(std::uint64_t limit) { return next() % limit; }
  /// Both ends included.
  int between(int low, int high) {
    return low + static_cast<int>(below(static_cast<std::uint64_t>(high - low) + 1));
  }
  /// In [0, 1).
  double unit() { return static_cast<double>(next() >> 11) * 0x1p-53; }
  bool chance(double probability) { return unit() < probability; }

  std::chrono::microseconds time(std::chrono::microseconds low, std::chrono::microseconds high) {
    return low + std::chrono::microseconds(below(static_cast<std::uint64_t>((high - low).count()) + 1));
  }
  /// Numbers of their own for one part, so that what it draws does not shift those of the others.
  Random split() { return Random(next()); }

 private:
  std::uint64_t state_;
};

}  // namespace hearth::sim
