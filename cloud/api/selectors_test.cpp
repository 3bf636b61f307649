// SPDX-License-Identifier: Apache-2.0
#include "cloud/api/selectors.hpp"

#include <gtest/gtest.h>

namespace hearth::api {
namespace {

using nlohmann::json;

const std::vector<std::string> kFields = {"metadata.name", "spec.nodeName", "spec.unschedulable"};

bool matches(const std::string& labels, const std::string& fields = "") {
  const auto object = R"({"metadata":{"name":"lamp","labels":{"room":"hall","size":"12"}},
                          "spec":{"nodeName":"edge-1"}})"_json;
  return parse_selector(labels, fields, kFields)->matches(object);
}

TEST(Selector, UnderstandsAllLabelOperators) {
  for (const auto* text :
       {"", "room", "room=hall", "room == hall", "room!=attic", "nothing!=x", "!nothing",
        "room in (attic, hall)", "room notin (attic)", "size>11", "size<13", "room=hall,size=12"}) {
    EXPECT_TRUE(matches(text)) << text;
  }
  for (const auto* text : {"nothing", "room=attic", "room!=hall", "!room", "room in (attic)",
                           "room notin (hall,attic)", "size>12", "room>1", "room=hall,size=13", "room="}) {
    EXPECT_FALSE(matches(text)) << text;
  }
}

TEST(Selector, MatchesFields) {
  EXPECT_TRUE(matches("", "metadata.name=lamp"));
  EXPECT_TRUE(matches("", "metadata.name==lamp,spec.nodeName=edge-1"));
  EXPECT_FALSE(matches("", "metadata.name!=lamp"));
  EXPECT_TRUE(matches("", "spec.unschedulable=false"));
}

TEST(Selector, AFieldThatCannotBeSelectedIsNamed) {
  const auto refused = parse_selector("", "spec.colour=red", kFields);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), 400);
  EXPECT_EQ(refused.error().message(), "field label not supported: spec.colour");
}

TEST(Selector, GarbageIsRefused) {
  for (const auto* text :
       {"=", "a=b=c", "a in", "a in (b", "a b", ",", "a,", "!", "a in b", "\xff", "(", "a==\xff"}) {
    EXPECT_FALSE(parse_selector(text, "", kFields)) << text;
  }
  for (const auto* text : {"x", "=y", "metadata.name"})
    EXPECT_FALSE(parse_selector("", text, kFields)) << text;
}

}  // namespace
}  // namespace hearth::api
