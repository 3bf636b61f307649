// SPDX-License-Identifier: Apache-2.0
#include "sdk/wire/json_text.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <nlohmann/json.hpp>

namespace hearth::wire {
namespace {

std::string printed(std::string_view value) {
  std::string text;
  append_json_string(text, value);
  return text;
}

TEST(JsonText, OfAnyStringIsReadBack) {
  for (const std::string& value :
       {std::string(), std::string("ON"), std::string("a \"b\" \\ /"), std::string("\n\t\x01", 3),
        std::string("\0x", 2), std::string("ü €"), std::string("\x7f"), std::string(70'000, 'x')}) {
    EXPECT_EQ(nlohmann::json::parse(printed(value)).get<std::string>(), value);
  }
}

TEST(JsonText, OfBytesThatAreNoUtf8IsStillJson) {
  EXPECT_EQ(printed("a\xff"), "\"a\xEF\xBF\xBD\"");
}

TEST(JsonText, OfNumbersIsExact) {
  for (const auto value : {std::int64_t{0}, std::int64_t{-5}, std::numeric_limits<std::int64_t>::max(),
                           std::numeric_limits<std::int64_t>::min()}) {
    std::string text;
    append_json_number(text, value);
    EXPECT_EQ(text, std::to_string(value));
  }
}

}  // namespace
}  // namespace hearth::wire
