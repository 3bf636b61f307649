// SPDX-License-Identifier: Apache-2.0
// Whether the API takes writes. While it is away one write at a time is tried, at growing intervals; its success
// lets all the others go at once, so that nothing waits longer than kMaxPause after the API is back.
// Thread: plain value.   Errors: none.
#pragma once

#include <algorithm>
#include <chrono>
#include <optional>

#include "cloud/controller/controller_options.hpp"
#include "sdk/base/error.hpp"

namespace hearth::controller {

class ApiHealth {
 public:
  static constexpr std::chrono::milliseconds kMinPause{250};
  static constexpr std::chrono::milliseconds kMaxPause{2'000};

  /// Whether an error says that the API is away, rather than that it refuses this write.
  static bool is_absence(const Error& error) {
    return error.cls == ErrorClass::unavailable || error.cls == ErrorClass::timeout ||
           error.cls == ErrorClass::exhausted;
  }

  /// True when the API was away until now.
  bool succeeded() {
    const bool was_away = away();
    pause_ = {};
    return was_away;
  }
  /// `under_way`: writes that have not ended yet. True when it was not away until now.
  bool failed(SteadyTime now, std::size_t under_way) {
    const bool was_here = !away();
    if (!was_here && under_way != 0) return false;
    pause_ = std::clamp(pause_ * 2, kMinPause, kMaxPause);
    next_try_ = now + pause_;
    return was_here;
  }
  bool away() const { return pause_.count() != 0; }
  bool may_write(SteadyTime now, std::size_t under_way) const {
    return !away() || (under_way == 0 && next_try_ <= now);
  }
  /// While it is away.
  std::optional<SteadyTime> next_try() const { return away() ? std::optional(next_try_) : std::nullopt; }

 private:
  std::chrono::milliseconds pause_{0};
  SteadyTime next_try_;
};

}  // namespace hearth::controller
