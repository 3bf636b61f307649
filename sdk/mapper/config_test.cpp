// SPDX-License-Identifier: Apache-2.0
#include "sdk/mapper/config.hpp"

#include <gtest/gtest.h>

namespace hearth::mapper {
namespace {

using nlohmann::json;

TEST(Config, ReadsWhatIsThereAndNothingForWhatIsNot) {
  const auto object =
      json::parse(R"({"name": "relay", "pin": 17, "whole": 17.0, "rate": 0.5, "on": true, "no": null})");
  std::vector<Issue> issues;
  Config config(object, "protocol.configData", issues);
  EXPECT_EQ(config.text("name"), "relay");
  EXPECT_EQ(config.integer("pin"), 17);
  EXPECT_EQ(config.integer("whole"), 17);
  EXPECT_EQ(config.number("rate"), 0.5);
  EXPECT_EQ(config.boolean("on"), true);
  EXPECT_FALSE(config.text("absent"));
  EXPECT_FALSE(config.has("no"));
  EXPECT_TRUE(issues.empty());
}

TEST(Config, NotesEveryMistakeWithItsPath) {
  const auto object = json::parse(
      R"({"name": 1, "pin": "x", "part": 1.5, "huge": 18446744073709551615, "on": 1, "bias": "up"})");
  std::vector<Issue> issues;
  Config config(object, visitor_path(2), issues);
  EXPECT_FALSE(config.text("name"));
  EXPECT_FALSE(config.integer("pin"));
  EXPECT_FALSE(config.integer("part"));
  EXPECT_FALSE(config.integer("huge"));
  EXPECT_FALSE(config.boolean("on"));
  EXPECT_FALSE(config.choice<int>("bias", {{"pull-up", 1}, {"pull-down", 2}}));
  ASSERT_EQ(issues.size(), 6U);
  EXPECT_EQ(issues[0].path, "properties[2].visitors.configData.name");
  EXPECT_EQ(issues[5].message, "'up' is none of pull-up, pull-down");
}

TEST(Config, KeepsToTheRange) {
  const json object = {{"periodMs", 0}};
  std::vector<Issue> issues;
  Config config(object, "", issues);
  EXPECT_FALSE(config.integer("periodMs", 1, 10));
  ASSERT_EQ(issues.size(), 1U);
  EXPECT_EQ(issues[0].message, "0 is not between 1 and 10");
}

TEST(Config, TakesAnythingThatIsNoObjectAsEmpty) {
  const json object = json::array({1, 2});
  std::vector<Issue> issues;
  Config config(object, "", issues);
  EXPECT_FALSE(config.text("0"));
  EXPECT_TRUE(issues.empty());
}

}  // namespace
}  // namespace hearth::mapper
