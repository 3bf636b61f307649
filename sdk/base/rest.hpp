// SPDX-License-Identifier: Apache-2.0
// Tells when a process that has worked comes to rest, from the processor time it uses.
// Thread: plain value, one owner.   Errors: none.
#pragma once

#include <chrono>

namespace hearth {

/// Of all threads of this process, since its start.
std::chrono::microseconds processor_time();

class Rest {
 public:
  /// How often to ask.
  static constexpr std::chrono::seconds kEvery{2};
  /// So much between two askings is rest.
  static constexpr std::chrono::milliseconds kRest{20};
  /// So little since the last rest was no work.
  static constexpr std::chrono::milliseconds kWork{30};

  /// What was used up to `now` was work.
  explicit Rest(std::chrono::microseconds now) : asked_(now) {}

  /// True once after work.
  bool comes(std::chrono::microseconds now);

 private:
  std::chrono::microseconds asked_;
  std::chrono::microseconds rested_{0};
};

}  // namespace hearth
