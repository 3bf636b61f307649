// SPDX-License-Identifier: Apache-2.0
#include "sdk/base/rest.hpp"

#include <time.h>

#include <utility>

namespace hearth {

std::chrono::microseconds processor_time() {
  timespec used{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
  return std::chrono::seconds(used.tv_sec) + std::chrono::microseconds(used.tv_nsec / 1000);
}

bool Rest::comes(std::chrono::microseconds now) {
  const auto lately = now - std::exchange(asked_, now);
  if (lately > kRest || now - rested_ < kWork) return false;
  rested_ = now;
  return true;
}

}  // namespace hearth
