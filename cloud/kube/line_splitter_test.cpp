// SPDX-License-Identifier: Apache-2.0
#include "cloud/kube/line_splitter.hpp"

#include <gmock/gmock.h>

namespace hearth::kube {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(LineSplitter, JoinsALineFromPieces) {
  LineSplitter splitter;
  EXPECT_THAT(*splitter.feed("{\"a\""), IsEmpty());
  EXPECT_TRUE(splitter.partial());
  EXPECT_THAT(*splitter.feed(":1}\n{\"b\":2}\nx"), ElementsAre("{\"a\":1}", "{\"b\":2}"));
  EXPECT_THAT(*splitter.feed("\n"), ElementsAre("x"));
  EXPECT_FALSE(splitter.partial());
}

TEST(LineSplitter, DropsEmptyLinesAndCarriageReturns) {
  LineSplitter splitter;
  EXPECT_THAT(*splitter.feed("\n\r\na\r\n\n"), ElementsAre("a"));
}

TEST(LineSplitter, GivesTheSameLinesForEverySplit) {
  const std::string text = "one\ntwo\r\n\nthree\n";
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    LineSplitter splitter;
    auto lines = *splitter.feed(std::string_view(text).substr(0, cut));
    for (auto& line : *splitter.feed(std::string_view(text).substr(cut)))
      lines.push_back(line);
    EXPECT_THAT(lines, ElementsAre("one", "two", "three")) << "cut at " << cut;
  }
}

TEST(LineSplitter, RefusesALineOverTheBound) {
  LineSplitter splitter(4);
  EXPECT_TRUE(splitter.feed("1234\n1234"));
  const auto result = splitter.feed("5");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().cls, ErrorClass::exhausted);
}

}  // namespace
}  // namespace hearth::kube
