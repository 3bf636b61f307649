// SPDX-License-Identifier: Apache-2.0
#include "cloud/apply/owned_text.hpp"

#include <gtest/gtest.h>

namespace hearth::apply {
namespace {

using nlohmann::json;

const Manager kController{"controller", Operation::update, "d/v1", "status"};

json entry(const std::string& manager, const char* fields, const std::string& subresource = "status") {
  return {{"manager", manager},       {"operation", "Update"},      {"apiVersion", "d/v1"},
          {"fieldsType", "FieldsV1"}, {"subresource", subresource}, {"fieldsV1", json::parse(fields)}};
}

struct OwnedText : testing::Test {
  bool owns(const char* change) const {
    return owns_alone(entries.dump(), kController, "status", json::parse(change), type->member("status"));
  }

  json entries = {entry("edit", R"({"f:spec":{"f:a":{}}})", ""),
                  entry("controller", R"({"f:status":{".":{},"f:state":{},"f:twins":{},"f:map":{"f:x":{}},
                                          "f:conditions":{"k:{\"type\":\"Ready\"}":{".":{},"f:type":{}}}}})")};
  MergeTypePtr type = builtin_merge_type("nodes");
};

TEST_F(OwnedText, LeavesOfTheSameManagerAreItsOwnAlready) {
  EXPECT_TRUE(owns(R"({"state":"on"})"));
  EXPECT_TRUE(owns(R"({"state":"on","twins":[{"a":1}]})"));
  EXPECT_TRUE(owns(R"({"map":{"x":1}})"));
}

TEST_F(OwnedText, WhatIsNewGoesOrChangesItsShapeIsNot) {
  EXPECT_FALSE(owns(R"({"other":1})"));
  EXPECT_FALSE(owns(R"({"map":{"y":1}})"));
  EXPECT_FALSE(owns(R"({"state":null})"));
  EXPECT_FALSE(owns(R"({"map":"text"})"));
  EXPECT_FALSE(owns(R"({"state":{"x":1}})"));
  EXPECT_FALSE(owns(R"({"conditions":[{"type":"Ready"}]})"));
}

TEST_F(OwnedText, AnotherManagersFieldIsNot) {
  entries.push_back(entry("other", R"({"f:status":{"f:state":{},"f:map":{".":{}}}})"));
  EXPECT_FALSE(owns(R"({"state":"on"})"));
  EXPECT_TRUE(owns(R"({"twins":[]})"));
  EXPECT_TRUE(owns(R"({"map":{"x":1}})"));
}

TEST_F(OwnedText, TheSameNameThroughAnotherDoorIsAnotherManager) {
  entries = {entry("controller", R"({"f:status":{"f:state":{}}})", "")};
  EXPECT_FALSE(owns(R"({"state":"on"})"));
}

TEST_F(OwnedText, GarbageIsAnsweredWithNo) {
  for (const char* text : {"", "{}", "[", "[1,2]", "[{}]", "[{\"fieldsV1\":{\"f:status\":3}}]", "null"})
    EXPECT_FALSE(owns_alone(text, kController, "status", json{{"state", 1}}, type->member("status"))) << text;
}

}  // namespace
}  // namespace hearth::apply
