// SPDX-License-Identifier: Apache-2.0
#include "host/twin/forward_time.hpp"

#include <cstdlib>

namespace hearth::twin {
namespace {

// 2020: a clock that says less was never set.
constexpr std::int64_t kNoClockMs = 1'577'836'800'000;
constexpr std::int64_t kAgreementMs = 5 * 60 * 1000;

}  // namespace

std::int64_t ForwardTime::now_ms() {
  const auto wall = to_unix_ms(wall_());
  const auto held = held_ms();
  if (wall < held) return held;
  hold(wall);
  return wall;
}

void ForwardTime::restore(std::int64_t known_ms) {
  if (known_ms > held_ms()) hold(known_ms);
}

void ForwardTime::agree(std::int64_t cloud_ms) {
  const auto wall = to_unix_ms(wall_());
  if (cloud_ms > kNoClockMs && std::abs(wall - cloud_ms) < kAgreementMs) hold(wall);
}

std::int64_t ForwardTime::held_ms() const {
  if (base_ms_ == 0) return 0;
  const auto passed = scheduler_.now() - base_at_;
  return base_ms_ + std::chrono::duration_cast<std::chrono::milliseconds>(passed).count();
}

void ForwardTime::hold(std::int64_t ms) {
  base_ms_ = ms;
  base_at_ = scheduler_.now();
}

}  // namespace hearth::twin
