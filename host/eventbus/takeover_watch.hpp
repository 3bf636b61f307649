// SPDX-License-Identifier: Apache-2.0
// Tells a broker that restarts from a second client with our id. MQTT 3.1.1 gives no reason: a client that is taken
// over sees its connection closed, as when the broker ends. But a broker that ends does not take the next connection
// at once, and one that goes on does.
// Thread: the host's io_context thread; no I/O.   Errors: none.
#pragma once

#include <chrono>
#include <deque>

namespace hearth::eventbus {

class TakeoverWatch {
 public:
  using Time = std::chrono::steady_clock::time_point;

  /// The broker closed a link that was up. True: for the fourth time within a minute, although it was there to take
  /// the next one each time before.
  bool closed_by_broker(Time now);
  void attempt_failed() { kicked_ = false; }
  void connected(Time now);

 private:
  std::deque<Time> kicks_;
  bool kicked_ = false;
};

}  // namespace hearth::eventbus
