// SPDX-License-Identifier: Apache-2.0
#include "sdk/base/bounded_json.hpp"

#include <gtest/gtest.h>

namespace hearth {
namespace {

TEST(BoundedJson, ReadsNumbersExactly) {
  EXPECT_EQ(parse_json(R"({"a":9007199254740993})", 100)->at("a").get<std::int64_t>(), 9007199254740993);
}

TEST(BoundedJson, SaysWhereTheErrorIs) {
  EXPECT_EQ(parse_json(R"({"a":})", 100).error().text, "not JSON: error at byte 6");
  for (const char* text : {"", " ", "{", "nul", "{\"a\":1}x", "\xff", "\"\xc0\""}) {
    EXPECT_EQ(parse_json(text, 100).error().code, "NoJson") << text;
  }
}

TEST(BoundedJson, RefusesNumbersThatNoDoubleHolds) {
  EXPECT_EQ(parse_json(R"({"a":1e999})", 100).error().code, "NumberTooLarge");
}

TEST(BoundedJson, IsBoundedInSizeAndDepth) {
  EXPECT_EQ(parse_json("[1,2,3]", 6).error().code, "TooLarge");
  EXPECT_TRUE(parse_json(std::string(60, '[') + std::string(60, ']'), 1000).has_value());
  EXPECT_EQ(parse_json(std::string(100'000, '['), 200'000).error().code, "TooDeep");
}

TEST(BoundedJson, DoesNotCountBracketsInStrings) {
  EXPECT_TRUE(parse_json("[\"\\\"" + std::string(100, '[') + "\"]", 1000).has_value());
}

TEST(BoundedJson, TakesManyObjectsInLinearTime) {
  std::string text = "[";
  for (int i = 0; i < 200'000; ++i)
    text += "{},";
  const auto parsed = parse_json(text + "{}]", text.size() + 10);
  EXPECT_EQ(parsed->size(), 200'001U);  // minutes when each looks at all before it
}

}  // namespace
}  // namespace hearth
