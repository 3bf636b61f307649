// SPDX-License-Identifier: Apache-2.0
#include "sdk/schema/diagnostic.hpp"

#include <gtest/gtest.h>

namespace hearth::schema {
namespace {

TEST(DidYouMean, FindsTheNearestName) {
  const std::vector<std::string> names = {"nodeName", "nodeNames", "protocol", "qos", "port"};
  EXPECT_EQ(did_you_mean("nodename", names), "nodeName");
  EXPECT_EQ(did_you_mean("protcool", names), "protocol");
  EXPECT_EQ(did_you_mean("prot", names), "port");
  EXPECT_EQ(did_you_mean("qso", names), "qos");
  EXPECT_EQ(did_you_mean("abc", names), "");
  EXPECT_EQ(did_you_mean("", names), "");
  EXPECT_EQ(did_you_mean(std::string(10'000, 'x'), names), "");
}

TEST(Diagnostic, PutsTheCaretUnderCharactersNotBytes) {
  Diagnostic diagnostic{.file = "f", .line = 2, .column = 8, .message = "m"};
  attach_snippet(diagnostic, "first\näö: \tbad\n");
  EXPECT_EQ(print(diagnostic), "f:2:8: m\n    äö:  bad\n         ^\n");
}

TEST(Diagnostic, ShortensLongLines) {
  Diagnostic diagnostic{.file = "f", .line = 1, .column = 5001, .message = "m"};
  attach_snippet(diagnostic, std::string(5000, 'a') + "X" + std::string(5000, 'b'));
  EXPECT_LE(diagnostic.snippet.size(), 120U);
  EXPECT_EQ(diagnostic.snippet.at(diagnostic.caret - 1), 'X');
}

TEST(Diagnostic, TakesPlacesThatDoNotExist) {
  Diagnostic diagnostic{.file = "f", .line = 99, .column = 99, .message = "m"};
  attach_snippet(diagnostic, "one line");
  EXPECT_EQ(print(diagnostic), "f:99:99: m\n");
  EXPECT_EQ(print(Diagnostic{.file = "f", .message = "m"}), "f: m\n");
}

}  // namespace
}  // namespace hearth::schema
