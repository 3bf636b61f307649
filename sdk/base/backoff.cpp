// SPDX-License-Identifier: Apache-2.0
#include "sdk/base/backoff.hpp"

#include <algorithm>
#include <random>

namespace hearth {

Backoff::Duration Backoff::next(double random) {
  limit_ = limit_ == Duration{0} ? std::min(min_ * 2, max_) : std::min(limit_ * 2, max_);
  const auto spread = std::max(limit_ - min_, Duration{0});
  return min_ + Duration(static_cast<Duration::rep>(random * static_cast<double>(spread.count())));
}

double random_unit() {
  thread_local std::minstd_rand engine{std::random_device{}()};
  return std::uniform_real_distribution<double>(0, 1)(engine);
}

}  // namespace hearth
