// SPDX-License-Identifier: Apache-2.0
// hearth_sim: runs seeds, prints those that fail and how to see them again. Ends with 1 if one failed.
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <CLI/CLI.hpp>
#include <chrono>

#include "tests/sim/simulation.hpp"

namespace {

constexpr int kMostFailures = 10;

void print_failure(std::uint64_t seed, const hearth::sim::Outcome& outcome) {
  fmt::print("seed {} FAILED; to see it again: hearth_sim --seed {} --trace\n", seed, seed);
  for (const auto& failure : outcome.failures)
    fmt::print("  {}\n", failure);
  std::fflush(stdout);
}

int run(std::uint64_t first, std::uint64_t count, bool trace) {
  int failed = 0;
  std::uint64_t ran = 0;
  std::uint64_t steps = 0;
  const auto start = std::chrono::steady_clock::now();
  for (auto seed = first; seed < first + count && failed < kMostFailures; ++seed, ++ran) {
    const auto outcome = hearth::sim::simulate(seed, trace);
    steps += outcome.steps;
    if (trace)
      fmt::print("digest {:016x}, {:.1f} s, {} steps\n", outcome.digest, outcome.virtual_seconds,
                 outcome.steps);
    if (outcome.ok()) continue;
    ++failed;
    print_failure(seed, outcome);
  }
  const std::chrono::duration<double> time = std::chrono::steady_clock::now() - start;
  fmt::print("{} seeds from {}, {} steps, {:.1f} s, {} failed\n", ran, first, steps, time.count(), failed);
  return failed == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Simulates nodes, cloud and API under trouble, deterministically."};
  std::uint64_t seed = 0;
  std::uint64_t first = 1;
  std::uint64_t count = 1;
  bool trace = false;
  app.add_option("--seed", seed, "run this one seed")->envname("HEARTH_SIM_SEED");
  app.add_option("--first", first, "the first of many seeds");
  app.add_option("--count", count, "how many");
  app.add_flag("--trace", trace, "print everything that happens");
  CLI11_PARSE(app, argc, argv);
  spdlog::set_level(trace ? spdlog::level::debug : spdlog::level::off);
  return seed != 0 ? run(seed, 1, trace) : run(first, count, trace);
}
