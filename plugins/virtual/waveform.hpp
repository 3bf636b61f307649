// SPDX-License-Identifier: Apache-2.0
// What a virtual sensor measures: a value for each moment.
// Thread: one at a time.   Errors: none.
#pragma once

#include <chrono>
#include <cstdint>
#include <random>

namespace hearth::virtual_device {

enum class Shape { constant, toggle, ramp, sine, random_walk };

struct WaveformOptions {
  Shape shape = Shape::constant;
  double min = 0;
  double max = 1;
  std::chrono::milliseconds period{10'000};
  std::uint64_t seed = 0;
};

class Waveform {
 public:
  explicit Waveform(const WaveformOptions& options);

  /// The value a time after the start, within [min, max]. constant: min. toggle: max in the first half of the
  /// period, min in the second. A random walk takes a hundred steps a period, each at most a tenth of the
  /// range; its time never runs backwards.
  double at(std::chrono::nanoseconds since_start);

 private:
  double phase(std::chrono::nanoseconds since_start) const;
  double walk(std::chrono::nanoseconds since_start);

  WaveformOptions options_;
  double start_phase_;  ///< 0 … 1, the same for the same seed
  std::mt19937_64 random_;
  double walked_;
  std::int64_t steps_ = 0;
};

}  // namespace hearth::virtual_device
