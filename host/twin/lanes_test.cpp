// SPDX-License-Identifier: Apache-2.0
#include "host/twin/lanes.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace hearth::twin {
namespace {

TEST(Lanes, RunTheJobsOfOneKeyOneAfterAnother) {
  Lanes lanes;
  std::vector<int> order;
  Lanes::Release first;
  lanes.enter("a", [&](Lanes::Release release) {
    order.push_back(1);
    first = std::move(release);
  });
  lanes.enter("a", [&](const Lanes::Release& release) {
    order.push_back(2);
    release();
  });
  lanes.enter("b", [&](const Lanes::Release& release) {
    order.push_back(3);
    release();
  });
  EXPECT_EQ(order, (std::vector{1, 3}));
  first();
  EXPECT_EQ(order, (std::vector{1, 3, 2}));
}

TEST(Lanes, TakeJobsFromWithinAJob) {
  Lanes lanes;
  int runs = 0;
  lanes.enter("a", [&](const Lanes::Release& release) {
    for (int i = 0; i < 100; ++i) {
      lanes.enter("a", [&](const Lanes::Release& done) {
        ++runs;
        done();
      });
    }
    EXPECT_EQ(runs, 0);
    release();
  });
  EXPECT_EQ(runs, 100);
}

TEST(Lanes, AreBounded) {
  Lanes lanes;
  Lanes::Release first;
  const auto wait = [&](Lanes::Release release) { first = std::move(release); };
  const auto pass = [](const Lanes::Release& release) { release(); };
  EXPECT_TRUE(lanes.enter("a", wait));
  for (std::size_t i = 0; i < Lanes::kMaxWaiting; ++i)
    EXPECT_TRUE(lanes.enter("a", pass));
  EXPECT_FALSE(lanes.enter("a", pass));
  first();
  EXPECT_TRUE(lanes.enter("a", pass));
}

}  // namespace
}  // namespace hearth::twin
