// SPDX-License-Identifier: Apache-2.0
// Values of one device, one at a time: how many, how far apart, and when one counts as lost.
// Thread: plain value.   Errors: bad flags end the program with CLI11's message.
#pragma once

#include <CLI/CLI.hpp>
#include <chrono>
#include <string>

#include "tests/bench/samples.hpp"

namespace hearth::bench {

struct Series {
  std::string device;
  int count = 500;
  int gap_ms = 10;
  int limit_ms = 5000;

  std::chrono::milliseconds gap() const { return std::chrono::milliseconds(gap_ms); }
  std::chrono::milliseconds limit() const { return std::chrono::milliseconds(limit_ms); }
  /// So long a run may take.
  std::chrono::milliseconds longest() const {
    return std::chrono::seconds(30) + count * (gap() + std::chrono::seconds(1));
  }
  /// 0 if all of them arrived, else 1.
  int status(const Samples& samples, int lost) const {
    return lost == 0 && samples.count() == static_cast<std::size_t>(count) ? 0 : 1;
  }
};

void add_series_options(CLI::App& app, Series& series);

}  // namespace hearth::bench
