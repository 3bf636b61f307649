// SPDX-License-Identifier: Apache-2.0
// How soon one watch may write again: the more watches are open, the longer what happens is gathered before it is sent.
// A write costs the same whether it carries one event or ten, so that a thousand watches of busy objects stay in time. A watch
// that has been quiet for that long sends at once.
// Thread: any.   Errors: none.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>

namespace hearth::api {

class WatchPace {
 public:
  /// One open watch, however it ends.
  class Open {
   public:
    explicit Open(WatchPace& pace) : pace_(pace) { ++pace_.open_; }
    ~Open() { --pace_.open_; }
    Open(const Open&) = delete;
    Open& operator=(const Open&) = delete;

   private:
    WatchPace& pace_;
  };

  /// Between two writes of one watch.
  std::chrono::steady_clock::duration gap() const {
    return std::min<std::chrono::steady_clock::duration>(open_.load() * kShare, kLongest);
  }

 private:
  static constexpr std::chrono::microseconds kShare{25};  ///< 40,000 writes a second, all watches together
  static constexpr std::chrono::milliseconds kLongest{40};

  std::atomic<int> open_{0};
};

}  // namespace hearth::api
