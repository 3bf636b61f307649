// SPDX-License-Identifier: Apache-2.0
// The way of one report or command through the parts, step by step: what `hearthctl trace` and the demo show.
// Thread: any (a mutex around a bounded ring, never held over I/O).   Errors: none; old events fall out of
// the ring.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "sdk/base/ids.hpp"
#include "sdk/base/time.hpp"

namespace hearth {

/// Report path, design.md §1: 1 mapper publishes, 2 EventBus receives from the broker, 3 handed to
/// DeviceTwin, 4 stored in SQLite, 5 handed to EdgeHub, 6 sent to CloudHub, 7 handed to DeviceController, 8
/// patched in the API, 9 seen by the user.
struct TraceEvent {
  std::uint64_t sequence = 0;
  WallTime time;
  int step = 0;
  std::string device;    ///< default/lamp
  std::string event_id;  ///< of the twin update, the same at every step
  std::string text;      ///< "power=ON published on $hw/events/…"
};

nlohmann::json to_json(const TraceEvent& event);

class Trace {
 public:
  explicit Trace(Clock clock = system_clock(), std::size_t capacity = 1024);

  void add(int step, const DeviceId& device, std::string event_id, std::string text);
  /// Events after `sequence`, oldest first; `device` empty = all.
  std::vector<TraceEvent> after(std::uint64_t sequence, const std::string& device) const;
  std::uint64_t last() const;

 private:
  Clock clock_;
  std::size_t capacity_;
  mutable std::mutex mutex_;
  std::deque<TraceEvent> events_;
  std::uint64_t sequence_ = 0;
};

}  // namespace hearth
