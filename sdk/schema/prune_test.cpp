// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sdk/schema/structural.hpp"

namespace hearth::schema {
namespace {

using nlohmann::json;
using testing::ElementsAre;

Schema device_schema() {
  return Schema::parse_text(R"({"type":"object","properties":{"spec":{"type":"object","properties":{
      "cycle":{"type":"integer","default":1000},
      "note":{"type":"string","nullable":true,"default":"none"},
      "configData":{"type":"object","x-kubernetes-preserve-unknown-fields":true},
      "labels":{"type":"object","additionalProperties":{"type":"string"}},
      "properties":{"type":"array","items":{"type":"object","properties":{"name":{"type":"string"}}}}}}}})")
      .value();
}

TEST(Prune, RemovesUnknownFieldsAndNamesThem) {
  json object = json::parse(
      R"({"apiVersion":"a","kind":"k","metadata":{"x":{"y":1}},"zz":1,"spec":{"foo":{"bar":1},"properties":[{"name":"a","foo":1},{"fie":2}]}})");
  EXPECT_THAT(prune(device_schema(), object),
              ElementsAre("spec.foo", "spec.properties[0].foo", "spec.properties[1].fie", "zz"));
  EXPECT_EQ(
      object,
      json::parse(
          R"({"apiVersion":"a","kind":"k","metadata":{"x":{"y":1}},"spec":{"properties":[{"name":"a"},{}]}})"));
}

TEST(Prune, KeepsEverythingWhereUnknownFieldsArePreserved) {
  json object = json::parse(R"({"spec":{"configData":{"a":{"b":null}},"labels":{"any":"thing"}}})");
  const json before = object;
  EXPECT_TRUE(prune(device_schema(), object).empty());
  EXPECT_EQ(object, before);
}

TEST(Prune, OnlyListsWhenAskedForUnknownFields) {
  const json object = {{"zz", 1}};
  EXPECT_THAT(unknown_fields(device_schema(), object), ElementsAre("zz"));
}

TEST(Prune, GoesThroughToTheEndEvenIfItStopsListing) {
  json object = {{"spec", json::object()}};
  for (int i = 0; i < 1000; ++i)
    object["spec"]["unknown" + std::to_string(i)] = i;
  EXPECT_EQ(prune(device_schema(), object).size(), kMaxReported);
  EXPECT_EQ(object, json({{"spec", json::object()}}));
}

TEST(Prune, LeavesValuesOfTheWrongShapeToValidation) {
  for (const json& odd : {json(5), json("x"), json(nullptr), json::array({1}), json({{"spec", 3}})}) {
    json object = odd;
    EXPECT_TRUE(prune(device_schema(), object).empty());
    EXPECT_EQ(object, odd);
  }
}

TEST(Prune, AllowsNoMetadataInAPlainDocument) {
  const Schema plain = Schema::parse_text(R"({"type":"object"})", Root::plain).value();
  EXPECT_THAT(unknown_fields(plain, {{"metadata", 1}}), ElementsAre("metadata"));
}

TEST(ApplyDefaults, FillsMissingAndNullFieldsButKeepsNullableNulls) {
  json object = json::parse(R"({"spec":{"cycle":null,"note":null}})");
  apply_defaults(device_schema(), object);
  EXPECT_EQ(object, json::parse(R"({"spec":{"cycle":1000,"note":null}})"));
}

TEST(ApplyDefaults, MakesNoObjectThatIsNotThere) {
  json object = json::object();
  apply_defaults(device_schema(), object);
  EXPECT_EQ(object, json::object());
}

TEST(NormalizeIntegers, StoresWholeFloatsAsIntegersWhereTheSchemaSaysSo) {
  json object = json::parse(R"({"spec":{"cycle":1000.0,"configData":{"x":2.0}}})");
  normalize_integers(device_schema(), object);
  EXPECT_EQ(object.dump(), R"({"spec":{"configData":{"x":2.0},"cycle":1000}})");
}

TEST(NormalizeIntegers, KeepsLargeIntegersExact) {
  json object = json::parse(R"({"spec":{"cycle":9007199254740993}})");
  normalize_integers(device_schema(), object);
  EXPECT_EQ(object.dump(), R"({"spec":{"cycle":9007199254740993}})");
}

}  // namespace
}  // namespace hearth::schema
