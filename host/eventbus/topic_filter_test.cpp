// SPDX-License-Identifier: Apache-2.0
#include "host/eventbus/topic_filter.hpp"

#include <gtest/gtest.h>

#include <string>

namespace hearth::eventbus {
namespace {

struct Case {
  std::string filter;
  std::string topic;
  bool matches;
};

class TopicFilterTable : public testing::TestWithParam<Case> {};

TEST_P(TopicFilterTable, FollowsTheStandard) {
  const auto& [filter, topic, matches] = GetParam();
  EXPECT_EQ(topic_matches(filter, topic), matches) << filter << " against " << topic;
}

INSTANTIATE_TEST_SUITE_P(Levels, TopicFilterTable,
                         testing::Values(Case{"a/b", "a/b", true}, Case{"a/b", "a/b/c", false},
                                         Case{"a/b/c", "a/b", false}, Case{"a/b", "A/b", false},
                                         Case{"a/+", "a/b", true}, Case{"a/+", "a", false},
                                         Case{"a/+", "a/", true}, Case{"a/+", "a/b/c", false},
                                         Case{"+/+", "/finance", true}, Case{"/+", "/finance", true},
                                         Case{"+", "/finance", false}, Case{"+/b/+", "a/b/c", true},
                                         Case{"", "a", false}, Case{"a", "", false}));

INSTANTIATE_TEST_SUITE_P(ManyLevels, TopicFilterTable,
                         testing::Values(Case{"#", "a/b/c", true}, Case{"a/#", "a", true},
                                         Case{"a/#", "a/b/c", true}, Case{"a/#", "ab", false},
                                         Case{"a/+/#", "a", false}, Case{"a/+/#", "a/b", true},
                                         Case{"a/#/c", "a/b/c", false}, Case{"a/b#", "a/b#", false},
                                         Case{"a+/b", "a+/b", false}));

INSTANTIATE_TEST_SUITE_P(
    DollarTopics, TopicFilterTable,
    testing::Values(Case{"#", "$SYS/uptime", false}, Case{"+/uptime", "$SYS/uptime", false},
                    Case{"$SYS/#", "$SYS/uptime", true},
                    Case{"$hw/events/device/+/+/twin/+", "$hw/events/device/default/lamp/twin/update", true},
                    Case{"$hw/events/device/+/+/twin/+", "$hw/events/device/default/lamp/twin/update/result",
                         false},
                    Case{"$hw/events/device/+/twin/+", "$hw/events/device/default/lamp/twin/update", false}));

TEST(TopicFilter, OneOfManyIsEnough) {
  const TopicFilters filters({"a/b", "bad#", "c/#"});
  EXPECT_TRUE(filters.any_matches("a/b"));
  EXPECT_TRUE(filters.any_matches("c/d/e"));
  EXPECT_FALSE(filters.any_matches("bad#"));
  EXPECT_FALSE(TopicFilters().any_matches("a"));
}

TEST(TopicFilter, RefusesWildcardsThatShareALevel) {
  EXPECT_TRUE(is_topic_filter("a/+/c/#"));
  EXPECT_FALSE(is_topic_filter("a/+b"));
  EXPECT_FALSE(is_topic_filter("a/##"));
  EXPECT_FALSE(is_topic_filter("#/a"));
  EXPECT_FALSE(is_topic_filter(""));
}

TEST(TopicFilter, KnowsWhatAMessageCanBePublishedUnder) {
  EXPECT_TRUE(is_topic("$hw/events/device/default/lamp/twin/update"));
  EXPECT_TRUE(is_topic("/"));
  EXPECT_TRUE(is_topic(std::string(65'535, 'a')));
  for (const auto& none : {std::string(), std::string("a/+/b"), std::string("a/#"), std::string("a\0b", 3),
                           std::string("\xC3"), std::string(65'536, 'a')})
    EXPECT_FALSE(is_topic(none)) << none.substr(0, 10);
}

}  // namespace
}  // namespace hearth::eventbus
