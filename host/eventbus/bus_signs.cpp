// SPDX-License-Identifier: Apache-2.0
#include "host/eventbus/bus_signs.hpp"

namespace hearth::eventbus {
namespace {

prometheus::Counter& published(Metrics& metrics, const std::string& via) {
  return metrics.counter("hearth_eventbus_published_total", "Messages published", {{"via", via}});
}

}  // namespace

BrokerState reachable() {
  return {true, "Connected", "the MQTT broker serves this node"};
}

BrokerState away() {
  return {false, "BrokerAway",
          "the MQTT broker cannot be reached; the host's own parts go on without it, other MQTT clients are "
          "cut off"};
}

BrokerState taken_over(const std::string& id) {
  return {false, "DuplicateClientID",
          "another MQTT client uses the id " + id +
              " of this node, or the broker ends each connection soon; the host's "
              "own parts go on without it"};
}

BusCounters::BusCounters(Metrics& metrics)
    : connected(metrics.gauge("hearth_eventbus_connected", "1 while the MQTT broker serves this host")),
      queued_bytes(metrics.gauge("hearth_eventbus_queued_bytes", "Published, waiting for the broker")),
      via_broker(published(metrics, "broker")),
      via_local(published(metrics, "local")),
      dropped(metrics.counter("hearth_eventbus_dropped_total", "Messages that nobody got")),
      takeovers(metrics.counter("hearth_eventbus_takeovers_total", "Times another client had our client id")),
      oversized(metrics.counter("hearth_eventbus_oversized_total", "Messages above the payload bound")) {}

}  // namespace hearth::eventbus
