// SPDX-License-Identifier: Apache-2.0
#include "cloud/ctl/data_line.hpp"

#include <gtest/gtest.h>

namespace hearth::ctl {
namespace {

TEST(DataLine, ShowsTimeNodeTopicAndPayload) {
  EXPECT_EQ(
      read_data_line(
          R"({"sequence":1,"time":"2026-01-01T00:00:00Z","node":"edge-1","topic":"a/b","payload":"21.5"})")
          .text,
      "2026-01-01T00:00:00Z  edge-1  a/b  21.5\n");
}

TEST(DataLine, ShowsBytesAsBase64) {
  EXPECT_EQ(read_data_line(R"({"time":"t","node":"n","topic":"a","payloadBase64":"/w=="})").text,
            "t  n  a  base64:/w==\n");
}

TEST(DataLine, LetsNoPayloadCommandTheTerminal) {
  EXPECT_EQ(read_data_line(R"({"time":"t","node":"n","topic":"a","payload":"\u001b[2J\n"})").text,
            "t  n  a  \"\\u001b[2J\\n\"\n");
}

TEST(DataLine, KnowsItsPlaceInTheStream) {
  EXPECT_EQ(read_data_line(R"({"sequence":7,"topic":"a"})").sequence, 7u);
  const auto beginning = read_data_line(R"({"sequence":1795434477898000})");
  EXPECT_EQ(beginning.sequence, 1795434477898000u);
  EXPECT_EQ(beginning.text, "");
  for (const auto* line : {R"({"sequence":-1})", R"({"sequence":"1"})", "{}"})
    EXPECT_FALSE(read_data_line(line).sequence) << line;
}

TEST(DataLine, SaysWhyAClustersApiHasNone) {
  const auto error =
      explain_data_error({ErrorClass::not_found, "NotFound", "the server answered 404 NotFound"});
  EXPECT_NE(error.text.find("not with a cluster's"), std::string::npos);
  EXPECT_EQ(explain_data_error({ErrorClass::denied, "Forbidden", "no"}).text, "no");
}

TEST(DataLine, PrintsNothingOfWhatIsNoEvent) {
  for (const auto* line : {"", "x", "[]", "7", "null"})
    EXPECT_EQ(read_data_line(line).text, "") << line;
}

}  // namespace
}  // namespace hearth::ctl
