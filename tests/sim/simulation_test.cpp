// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/simulation.hpp"

#include <gtest/gtest.h>
#include <spdlog/spdlog.h>

#include <set>

namespace hearth::sim {
namespace {

TEST(Simulation, IsTheSameEachTimeForOneSeed) {
  spdlog::set_level(spdlog::level::off);
  std::set<std::uint64_t> digests;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const auto once = simulate(seed);
    const auto again = simulate(seed);
    EXPECT_EQ(once.digest, again.digest) << "seed " << seed;
    EXPECT_EQ(once.steps, again.steps) << "seed " << seed;
    digests.insert(once.digest);
  }
  EXPECT_EQ(digests.size(), 20U);
}

}  // namespace
}  // namespace hearth::sim
