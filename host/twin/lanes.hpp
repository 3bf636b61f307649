// SPDX-License-Identifier: Apache-2.0
// Serial lanes by key: what concerns one device runs one after another, though each step waits for a commit.
// Thread: one.   Errors: a lane that holds kMaxWaiting jobs takes no more.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <string>

namespace hearth::twin {

class Lanes {
 public:
  /// Ends the job's turn; to be called exactly once, from within the job or later.
  using Release = std::function<void()>;
  using Job = std::function<void(Release)>;

  static constexpr std::size_t kMaxWaiting = 256;

  /// Runs the job now if the lane is free, otherwise after those before it. False: the lane is full.
  bool enter(const std::string& key, Job job);

 private:
  struct Lane {
    std::deque<Job> waiting;
    bool busy = false;
    bool draining = false;
  };

  void release(const std::string& key);
  void drain(const std::string& key);

  std::map<std::string, Lane> lanes_;
};

}  // namespace hearth::twin
