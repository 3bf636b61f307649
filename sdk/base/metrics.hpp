// SPDX-License-Identifier: Apache-2.0
// Counters and gauges of one process, and their Prometheus text form.
// Thread: any.   Errors: none; a counter asked for twice is the same counter.
#pragma once

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/registry.h>

#include <map>
#include <string>

namespace hearth {

/// Made once by the composition root and handed down. Names follow Prometheus: hearth_<part>_<what>_total.
class Metrics {
 public:
  using Labels = std::map<std::string, std::string>;

  /// The reference stays valid as long as this object.
  prometheus::Counter& counter(const std::string& name, const std::string& help, const Labels& labels = {});
  prometheus::Gauge& gauge(const std::string& name, const std::string& help, const Labels& labels = {});

  /// The body of GET /metrics (text format 0.0.4).
  std::string text() const;

 private:
  prometheus::Registry registry_;
};

}  // namespace hearth
