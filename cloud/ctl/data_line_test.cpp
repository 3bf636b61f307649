// SPDX-License-Identifier: Apache-2.0
#include "cloud/ctl/data_line.hpp"

#include <gtest/gtest.h>

namespace hearth::ctl {
namespace {

TEST(DataLine, ShowsTimeNodeTopicAndPayload) {
  EXPECT_EQ(
      print_data_line(
          R"({"sequence":1,"time":"2026-01-01T00:00:00Z","node":"edge-1","topic":"a/b","payload":"21.5"})"),
      "2026-01-01T00:00:00Z  edge-1  a/b  21.5\n");
}

TEST(DataLine, ShowsBytesAsBase64) {
  EXPECT_EQ(print_data_line(R"({"time":"t","node":"n","topic":"a","payloadBase64":"/w=="})"),
            "t  n  a  base64:/w==\n");
}

TEST(DataLine, LetsNoPayloadCommandTheTerminal) {
  EXPECT_EQ(print_data_line(R"({"time":"t","node":"n","topic":"a","payload":"\u001b[2J\n"})"),
            "t  n  a  \"\\u001b[2J\\n\"\n");
}

TEST(DataLine, PrintsNothingOfWhatIsNoEvent) {
  for (const auto* line : {"", "x", "[]", "7", "null"})
    EXPECT_EQ(print_data_line(line), "") << line;
}

}  // namespace
}  // namespace hearth::ctl
