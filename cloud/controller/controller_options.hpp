// SPDX-License-Identifier: Apache-2.0
// What of the controller's behaviour can be set.
// Thread: plain values.   Errors: none.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>

namespace hearth::controller {

/// Where ids of messages and names of Events come from; empty = random UUIDs.
using NewId = std::function<std::string()>;

/// For pauses and deadlines: wall-clock time may jump.
using SteadyTime = std::chrono::steady_clock::time_point;
using SteadyClock = std::function<SteadyTime()>;

struct ControllerOptions {
  std::chrono::milliseconds node_grace{40'000};      ///< a node silent for so long is NotReady
  std::chrono::milliseconds node_heartbeat{10'000};  ///< how often a connected node's Ready is refreshed
  std::size_t heartbeats_per_second = 100;           ///< of all nodes together; more nodes, longer periods
  std::size_t status_writers = 64;                   ///< status writes under way at most
  std::size_t upkeep_writers = 16;                   ///< of these, for devices nobody has reported of
  std::chrono::milliseconds move_wait{10'000};       ///< for a device's old node to let go of it
  std::chrono::milliseconds text_refresh{60'000};    ///< a condition's text alone is written once in so long
  NewId new_id;                                      ///< a simulator puts its own here
  SteadyClock steady = std::chrono::steady_clock::now;
};

}  // namespace hearth::controller
