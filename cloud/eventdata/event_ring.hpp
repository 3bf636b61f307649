// SPDX-License-Identifier: Apache-2.0
// The newest event data of all nodes, in memory: a tail to look at, not an archive.
// Thread: any (a mutex, never held over I/O).   Errors: none; the oldest fall out of the ring.
#pragma once

#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "sdk/base/metrics.hpp"
#include "sdk/base/time.hpp"

namespace hearth::eventdata {

struct TailedEvent {
  std::uint64_t sequence = 0;  ///< in the order they came here
  WallTime time;               ///< by the node's clock
  std::string node;
  std::string topic;
  std::string payload;  ///< any bytes
};

/// One JSON object without a line end; a payload that is no UTF-8 is `payloadBase64`.
std::string to_json_line(const TailedEvent& event);

/// Which events are wanted. `topic` is one topic, or all below one: "lights/#". Empty: all.
struct Selection {
  std::string node;
  std::string topic;

  bool takes(const TailedEvent& event) const;
};

struct RingLimits {
  std::size_t max_bytes = 16 * 1024 * 1024;
  /// Message ids remembered, of all nodes together: what a node sends again after a crash is taken once.
  std::size_t remembered = 65'536;
};

class EventRing {
 public:
  /// Sequences go on from the microseconds at `started`, so that a follower's place stays good over a restart of the
  /// cloud.
  explicit EventRing(Metrics& metrics, RingLimits limits = {}, WallTime started = {});

  /// False: this message of this node was here before.
  bool add(const std::string& msg_id, TailedEvent event);
  /// The oldest after `sequence`, up to about so many bytes; one at least if there is any.
  std::vector<TailedEvent> after(std::uint64_t sequence, const Selection& selection,
                                 std::size_t max_bytes) const;
  std::uint64_t last() const;

 private:
  bool seen_before(std::size_t key);

  const RingLimits limits_;
  prometheus::Gauge& held_;
  prometheus::Counter& taken_;
  prometheus::Counter& repeated_;
  mutable std::mutex mutex_;
  std::deque<TailedEvent> events_;
  std::size_t bytes_ = 0;
  std::uint64_t sequence_ = 0;
  std::deque<std::size_t> order_;
  std::unordered_set<std::size_t> keys_;
};

}  // namespace hearth::eventdata
