// SPDX-License-Identifier: Apache-2.0
#include "cloud/api/label_parser.hpp"

#include <gtest/gtest.h>

namespace hearth::api {
namespace {

std::string refusal(std::string_view text) {
  const auto parsed = parse_labels(text);
  return parsed ? "" : parsed.error().message();
}

TEST(LabelParser, TellsWhatItFoundAndWhatItExpectedAsKubernetesDoes) {
  EXPECT_EQ(refusal("a=="), "");
  EXPECT_EQ(refusal("a==="), "unable to parse requirement: found '=', expected: identifier");
  EXPECT_EQ(refusal("a b"), "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt");
  EXPECT_EQ(refusal("!"), "unable to parse requirement: found '', expected: identifier");
  EXPECT_EQ(refusal("a in b"), "unable to parse requirement: found 'b' expected: '('");
  EXPECT_EQ(refusal("a in (b"), "unable to parse requirement: found '', expected: ',' or ')'");
  EXPECT_EQ(refusal("a=b=c"), "found '=', expected: ',' or 'end of string'");
  EXPECT_EQ(refusal("a,"), "found '', expected: identifier after ','");
  EXPECT_EQ(refusal("="), "found '=', expected: !, identifier, or 'end of string'");
  EXPECT_EQ(refusal("a>b"),
            "unable to parse requirement: values[0]: Invalid value: \"b\": for 'Gt', 'Lt' operators, the "
            "value must "
            "be an integer");
}

TEST(LabelParser, BlanksBetweenTokensDoNotMatter) {
  const auto parsed = parse_labels(" a in ( b , c ) , ! d,e ");
  ASSERT_TRUE(parsed);
  ASSERT_EQ(parsed->size(), 3U);
  EXPECT_EQ((*parsed)[0].values, (std::vector<std::string>{"b", "c"}));
  EXPECT_EQ((*parsed)[1].op, LabelOperator::absent);
  EXPECT_EQ((*parsed)[2].op, LabelOperator::exists);
}

}  // namespace
}  // namespace hearth::api
