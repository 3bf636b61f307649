// SPDX-License-Identifier: Apache-2.0
#include "sdk/schema/json_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hearth::schema {
namespace {

using testing::ElementsAre;

TEST(JsonText, FindsDuplicateKeysWithTheirPaths) {
  const auto text = parse_json(R"({"spec":{"a":1,"a":2,"list":[{},{"x":1,"x":{"y":3}}]}})");
  ASSERT_TRUE(text);
  EXPECT_THAT(text->duplicate_keys, ElementsAre("spec.a", "spec.list[1].x"));
  EXPECT_EQ(text->value.dump(), R"({"spec":{"a":2,"list":[{},{"x":{"y":3}}]}})");
}

TEST(JsonText, GivesTheSameValueAsAPlainParser) {
  const std::string text =
      R"([null,true,-5,18446744073709551615,1.5,"\ud83d\ude00\n",{"a":{"b":[[],{}]}},[1,[2,[3]]],{}])";
  EXPECT_EQ(parse_json(text)->value, nlohmann::json::parse(text));
}

TEST(JsonText, RefusesGarbage) {
  for (const auto* bad : {"", "{", "[1,", "{\"a\"}", "nul", "\"\xff\"", "{} {}", "01", "1e999"}) {
    const auto text = parse_json(bad);
    ASSERT_FALSE(text) << bad;
    EXPECT_EQ(text.error().code, "BadJson");
    EXPECT_FALSE(text.error().text.starts_with("[json")) << text.error().text;
  }
}

TEST(JsonText, RefusesDeepNesting) {
  EXPECT_TRUE(parse_json(std::string(64, '[') + std::string(64, ']')));
  EXPECT_FALSE(parse_json(std::string(65, '[') + std::string(65, ']')));
  EXPECT_FALSE(parse_json(std::string(1'000'000, '[')));
}

}  // namespace
}  // namespace hearth::schema
