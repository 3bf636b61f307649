// SPDX-License-Identifier: Apache-2.0
#include "host/twin/lanes.hpp"

namespace hearth::twin {

bool Lanes::enter(const std::string& key, Job job) {
  auto& lane = lanes_[key];
  if (lane.waiting.size() >= kMaxWaiting) return false;
  lane.waiting.push_back(std::move(job));
  drain(key);
  return true;
}

void Lanes::release(const std::string& key) {
  lanes_[key].busy = false;
  drain(key);
}

// A loop, not a recursion: jobs that end at once would otherwise stack up as deep as the lane is long.
void Lanes::drain(const std::string& key) {
  auto& lane = lanes_[key];
  if (lane.draining) return;
  lane.draining = true;
  while (!lane.busy && !lane.waiting.empty()) {
    const Job job = std::move(lane.waiting.front());
    lane.waiting.pop_front();
    lane.busy = true;
    job([this, key] { release(key); });
  }
  lane.draining = false;
  if (!lane.busy && lane.waiting.empty()) lanes_.erase(key);
}

}  // namespace hearth::twin
