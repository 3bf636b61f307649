// SPDX-License-Identifier: Apache-2.0
// What EventBus tells of itself: the states of the link in words, and its metrics.
// Thread: the host's io_context thread.   Errors: none.
#pragma once

#include <string>

#include "host/eventbus/event_bus.hpp"
#include "sdk/base/metrics.hpp"

namespace hearth::eventbus {

BrokerState reachable();
BrokerState away();
/// Another client uses our id.
BrokerState taken_over(const std::string& id);

struct BusCounters {
  explicit BusCounters(Metrics& metrics);

  prometheus::Gauge& connected;
  prometheus::Gauge& queued_bytes;
  prometheus::Counter& via_broker;
  prometheus::Counter& via_local;
  prometheus::Counter& dropped;
  prometheus::Counter& takeovers;
  prometheus::Counter& oversized;
};

}  // namespace hearth::eventbus
