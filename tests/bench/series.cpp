// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/series.hpp"

namespace hearth::bench {

void add_series_options(CLI::App& app, Series& series) {
  app.add_option("--device", series.device, "Its name")->required();
  app.add_option("--count", series.count, "How many values")
      ->check(CLI::Range(1, 100'000))
      ->capture_default_str();
  app.add_option("--gap", series.gap_ms, "Pause between them, ms")
      ->check(CLI::Range(0, 60'000))
      ->capture_default_str();
  app.add_option("--limit", series.limit_ms, "Lost when not there for so long, ms")
      ->check(CLI::Range(1, 60'000))
      ->capture_default_str();
}

}  // namespace hearth::bench
