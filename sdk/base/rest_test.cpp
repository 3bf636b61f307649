// SPDX-License-Identifier: Apache-2.0
#include "sdk/base/rest.hpp"

#include <gtest/gtest.h>

namespace hearth {
namespace {

using std::chrono::milliseconds;

TEST(Rest, ComesOnceAfterStart) {
  Rest rest(milliseconds(200));
  EXPECT_TRUE(rest.comes(milliseconds(201)));
  EXPECT_FALSE(rest.comes(milliseconds(202)));
  EXPECT_FALSE(rest.comes(milliseconds(203)));
}

TEST(Rest, WaitsForTheEndOfWork) {
  Rest rest(milliseconds(200));
  EXPECT_FALSE(rest.comes(milliseconds(900)));
  EXPECT_FALSE(rest.comes(milliseconds(3900)));
  EXPECT_TRUE(rest.comes(milliseconds(3905)));
  EXPECT_FALSE(rest.comes(milliseconds(3910)));
}

TEST(Rest, ComesAgainAfterEnoughWork) {
  Rest rest(milliseconds(100));
  EXPECT_TRUE(rest.comes(milliseconds(100)));
  EXPECT_FALSE(rest.comes(milliseconds(109))) << "hardly work";
  EXPECT_FALSE(rest.comes(milliseconds(131)));
  EXPECT_TRUE(rest.comes(milliseconds(132)));
}

TEST(Rest, ReadsATimeThatGrowsWithWork) {
  const auto before = processor_time();
  volatile unsigned sum = 0;
  for (unsigned i = 0; i < 10'000'000; ++i)
    sum = sum + i;
  EXPECT_GT(processor_time(), before);
}

}  // namespace
}  // namespace hearth
