// SPDX-License-Identifier: Apache-2.0
#include "sdk/base/utf8.hpp"

#include <gtest/gtest.h>

namespace hearth {
namespace {

TEST(Utf8, TakesEveryLengthOfSequence) {
  EXPECT_TRUE(is_utf8("a \u00e9 \u20ac \U0001F4A1"));
}

TEST(Utf8, RefusesWhatIsIllFormed) {
  for (const std::string_view text :
       {"\xff", "\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x82", "a\x80"}) {
    EXPECT_FALSE(is_utf8(text));
  }
}

}  // namespace
}  // namespace hearth
