// SPDX-License-Identifier: Apache-2.0
// How long a watch rests after each write: the more watches are open, the longer, so that what happens meanwhile goes
// out together. Sending costs by the write, not by the event; without a rest a thousand watches of a busy kind keep
// the server so busy that all of them fall behind.
// Thread: any.   Errors: none.
#pragma once

#include <prometheus/gauge.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>

namespace hearth::api {

class WatchPace {
 public:
  explicit WatchPace(prometheus::Gauge& shown) : shown_(shown) {}

  void opened() {
    ++open_;
    shown_.Increment();
  }
  void ended() {
    --open_;
    shown_.Decrement();
  }
  std::chrono::microseconds rest() const {
    return std::min<std::chrono::microseconds>(kLongest, kForEach * open_.load(std::memory_order_relaxed));
  }

 private:
  static constexpr std::chrono::microseconds kForEach{40};
  static constexpr std::chrono::milliseconds kLongest{100};

  prometheus::Gauge& shown_;
  std::atomic<std::size_t> open_{0};
};

/// Counts a watch while it is open, however it ends.
class OpenWatch {
 public:
  explicit OpenWatch(WatchPace& pace) : pace_(pace) { pace_.opened(); }
  ~OpenWatch() { pace_.ended(); }
  OpenWatch(const OpenWatch&) = delete;
  OpenWatch& operator=(const OpenWatch&) = delete;

 private:
  WatchPace& pace_;
};

}  // namespace hearth::api
