// SPDX-License-Identifier: Apache-2.0
#include "sdk/base/backoff.hpp"

#include <gtest/gtest.h>

namespace hearth {
namespace {

using std::chrono::milliseconds;

TEST(Backoff, DoublesItsLimitUpToTheMaximum) {
  Backoff backoff(milliseconds(100), milliseconds(500));
  EXPECT_EQ(backoff.next(0.999999), milliseconds(199));
  EXPECT_EQ(backoff.next(0.5), milliseconds(250));
  EXPECT_EQ(backoff.limit(), milliseconds(400));
  backoff.next(0);
  EXPECT_EQ(backoff.limit(), milliseconds(500));
  EXPECT_EQ(backoff.next(0), milliseconds(100));
}

TEST(Backoff, IsShortAgainAfterAReset) {
  Backoff backoff(milliseconds(100), milliseconds(60'000));
  for (int i = 0; i < 20; ++i)
    backoff.next(0.5);
  backoff.reset();
  EXPECT_LE(backoff.next(), milliseconds(200));
}

}  // namespace
}  // namespace hearth
