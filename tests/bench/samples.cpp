// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/samples.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace hearth::bench {

SteadyClock::duration Samples::percentile(double part) const {
  if (samples_.empty()) return {};
  auto sorted = samples_;
  const auto rank = std::ceil(part * static_cast<double>(sorted.size()));
  const auto index = std::clamp<std::ptrdiff_t>(static_cast<std::ptrdiff_t>(rank) - 1, 0,
                                                static_cast<std::ptrdiff_t>(sorted.size()) - 1);
  std::nth_element(sorted.begin(), sorted.begin() + index, sorted.end());
  return sorted[static_cast<std::size_t>(index)];
}

std::string Samples::text() const {
  return fmt::format("min {:.2f} p50 {:.2f} p99 {:.2f} max {:.2f} ms ({})", milliseconds(percentile(0)),
                     milliseconds(percentile(0.5)), milliseconds(percentile(0.99)),
                     milliseconds(percentile(1)), count());
}

double milliseconds(SteadyClock::duration duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}

}  // namespace hearth::bench
