// SPDX-License-Identifier: Apache-2.0
#include "cloud/api/patch.hpp"

#include <gtest/gtest.h>

namespace hearth::api {
namespace {

using nlohmann::json;

TEST(Patch, MergeRemovesWithNullAndReplacesArraysWhole) {
  json object = R"({"spec":{"a":1,"b":{"c":2,"d":3},"list":[1,2,3]}})"_json;
  ASSERT_TRUE(apply_patch(PatchType::merge, R"({"spec":{"a":null,"b":{"c":5},"list":[9]}})"_json, object));
  EXPECT_EQ(object, R"({"spec":{"b":{"c":5,"d":3},"list":[9]}})"_json);
}

TEST(Patch, JsonPatchChangesAValueInAList) {
  json object = R"({"spec":{"properties":[{"desired":{"value":"OFF"}}]}})"_json;
  const auto patch = R"([{"op":"test","path":"/spec/properties/0/desired/value","value":"OFF"},
                         {"op":"replace","path":"/spec/properties/0/desired/value","value":"ON"}])"_json;
  ASSERT_TRUE(apply_patch(PatchType::json, patch, object));
  EXPECT_EQ(object["spec"]["properties"][0]["desired"]["value"], "ON");
}

TEST(Patch, AFailedTestIs422AndChangesNothing) {
  json object = R"({"a":1})"_json;
  const auto patch = R"([{"op":"replace","path":"/a","value":2},{"op":"test","path":"/a","value":1}])"_json;
  const auto applied = apply_patch(PatchType::json, patch, object);
  ASSERT_FALSE(applied);
  EXPECT_EQ(applied.error().code(), 422);
  EXPECT_EQ(object, R"({"a":1})"_json);
}

TEST(Patch, GarbageIsRefusedWithoutHarm) {
  for (const auto* text :
       {"7", "{}", "[1]", R"([{"op":"fly","path":"/a"}])", R"([{"op":"add"}])",
        R"([{"op":"remove","path":"/a/b/c"}])", R"([{"op":"replace","path":"","value":3}])"}) {
    json object = R"({"a":1})"_json;
    EXPECT_FALSE(apply_patch(PatchType::json, json::parse(text), object)) << text;
    EXPECT_EQ(object, R"({"a":1})"_json) << text;
  }
  json object = R"({"a":1})"_json;
  EXPECT_FALSE(apply_patch(PatchType::merge, json::array(), object));
}

TEST(Patch, OperationsThatNestWithoutEndAreRefused) {
  json object = R"({"x":{}})"_json;
  auto patch = json::array();
  std::string path = "/x";
  for (int i = 0; i < 20; ++i) {
    patch.push_back({{"op", "copy"}, {"from", "/x"}, {"path", path += "/a"}});
  }
  const auto applied = apply_patch(PatchType::json, patch, object);
  ASSERT_FALSE(applied);
  EXPECT_EQ(applied.error().code(), 400);
  EXPECT_EQ(object, R"({"x":{}})"_json);
}

TEST(Patch, OperationsThatGrowWithoutEndAreRefused) {
  json object = {{"x", json::array()}, {"text", std::string(1000, 'a')}};
  auto patch = json::array();
  for (int i = 0; i < 9000; ++i)
    patch.push_back({{"op", "copy"}, {"from", "/text"}, {"path", "/x/-"}});
  const auto applied = apply_patch(PatchType::json, patch, object);
  ASSERT_FALSE(applied);
  EXPECT_EQ(applied.error().code(), 413);
  EXPECT_TRUE(object["x"].empty());
}

TEST(Patch, StrategicIsOfferedForBuiltinKindsOnly) {
  EXPECT_EQ(*patch_type("application/strategic-merge-patch+json", true), PatchType::strategic);
  const auto refused = patch_type("application/strategic-merge-patch+json; charset=utf-8", false);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), 415);
  EXPECT_NE(refused.error().message().find("application/merge-patch+json"), std::string::npos);
  EXPECT_EQ(patch_type("application/apply-patch+yaml", false).value(), PatchType::apply);
}

TEST(StrategicPatch, MergesConditionsByType) {
  json node =
      R"({"status":{"conditions":[{"type":"Ready","status":"False"},{"type":"Disk","status":"False"}]}})"_json;
  ASSERT_TRUE(strategic_merge(R"({"status":{"conditions":[{"type":"Ready","status":"True"}]}})"_json, node));
  EXPECT_EQ(
      node,
      R"({"status":{"conditions":[{"type":"Ready","status":"True"},{"type":"Disk","status":"False"}]}})"_json);
}

TEST(StrategicPatch, FollowsDirectives) {
  json node = R"({"status":{"addresses":[{"type":"a"},{"type":"b"}]},"metadata":{"finalizers":["x","y"]}})"_json;
  ASSERT_TRUE(strategic_merge(R"({"status":{"addresses":[{"type":"a","$patch":"delete"}],
                                          "$setElementOrder/addresses":[{"type":"b"}]},
                                  "metadata":{"$deleteFromPrimitiveList/finalizers":["x"]}})"_json,
                              node));
  EXPECT_EQ(node, R"({"status":{"addresses":[{"type":"b"}]},"metadata":{"finalizers":["y"]}})"_json);
}

TEST(StrategicPatch, AnItemWithoutItsKeyIsRefused) {
  json node = R"({"status":{"addresses":[{"type":"a"}]}})"_json;
  EXPECT_FALSE(strategic_merge(R"({"status":{"addresses":[{"effect":"NoSchedule"}]}})"_json, node));
  EXPECT_FALSE(strategic_merge(R"({"status":{"addresses":[3]}})"_json, node));
  EXPECT_EQ(node, R"({"status":{"addresses":[{"type":"a"}]}})"_json);
}

}  // namespace
}  // namespace hearth::api
