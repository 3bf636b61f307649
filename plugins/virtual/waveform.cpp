// SPDX-License-Identifier: Apache-2.0
#include "plugins/virtual/waveform.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace hearth::virtual_device {
namespace {

constexpr std::int64_t kStepsPerPeriod = 100;
/// A walk that was not looked at for longer forgets what it missed.
constexpr std::int64_t kMaxStepsAtOnce = 10'000;

/// 0 … 1 from the generator's bits; the standard distributions differ between libraries.
double unit(std::mt19937_64& random) {
  constexpr double kRange = 9007199254740992.0;  // 2^53
  return static_cast<double>(random() >> 11) / kRange;
}

}  // namespace

Waveform::Waveform(const WaveformOptions& options) : options_(options), random_(options.seed) {
  start_phase_ = options.seed == 0 ? 0 : unit(random_);
  walked_ = options.min + (options.max - options.min) * unit(random_);
}

double Waveform::phase(std::chrono::nanoseconds since_start) const {
  const double periods = static_cast<double>(since_start.count()) /
                         static_cast<double>(std::chrono::nanoseconds(options_.period).count());
  const double turned = periods + start_phase_;
  return turned - std::floor(turned);
}

double Waveform::walk(std::chrono::nanoseconds since_start) {
  const auto step =
      std::max<std::int64_t>(1, std::chrono::nanoseconds(options_.period).count() / kStepsPerPeriod);
  const auto due = since_start.count() / step;
  const double reach = (options_.max - options_.min) / 10;
  for (steps_ = std::max(steps_, due - kMaxStepsAtOnce); steps_ < due; ++steps_) {
    walked_ = std::clamp(walked_ + (2 * unit(random_) - 1) * reach, options_.min, options_.max);
  }
  return walked_;
}

double Waveform::at(std::chrono::nanoseconds since_start) {
  const double range = options_.max - options_.min;
  switch (options_.shape) {
    case Shape::constant:
      return options_.min;
    case Shape::toggle:
      return phase(since_start) < 0.5 ? options_.max : options_.min;
    case Shape::ramp:
      return options_.min + range * phase(since_start);
    case Shape::sine:
      return options_.min + range * (1 + std::sin(2 * std::numbers::pi * phase(since_start))) / 2;
    case Shape::random_walk:
      return walk(since_start);
  }
  return options_.min;
}

}  // namespace hearth::virtual_device
