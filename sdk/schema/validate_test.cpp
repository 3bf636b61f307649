// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sdk/schema/structural.hpp"

namespace hearth::schema {
namespace {

using nlohmann::json;

Schema schema_of(std::string_view text) {
  return Schema::parse_text(text).value();
}

std::vector<Violation> check_field(std::string_view field_schema, const json& value) {
  const Schema schema =
      schema_of(R"({"type":"object","properties":{"spec":)" + std::string(field_schema) + "}}");
  return validate(schema, {{"spec", value}});
}

/// Field, reason and text of the only violation.
std::string only(std::string_view field_schema, const json& value) {
  const auto found = check_field(field_schema, value);
  if (found.size() != 1) return std::to_string(found.size()) + " violations";
  return found[0].reason + " " + found[0].path + ": " + found[0].message;
}

TEST(Validate, NamesTheFieldAndBothTypesOfAWrongType) {
  EXPECT_EQ(
      only(R"({"type":"string"})", 5),
      R"(FieldValueTypeInvalid spec: Invalid value: "integer": spec in body must be of type string: "integer")");
  EXPECT_EQ(
      only(R"({"type":"integer"})", 1.5),
      R"(FieldValueTypeInvalid spec: Invalid value: "number": spec in body must be of type integer: "number")");
  EXPECT_EQ(
      only(R"({"type":"object"})", json::array()),
      R"(FieldValueTypeInvalid spec: Invalid value: "array": spec in body must be of type object: "array")");
}

TEST(Validate, ListsTheValuesOfAnEnum) {
  EXPECT_EQ(only(R"({"type":"string","enum":["INT","FLOAT"]})", "COLOR"),
            R"(FieldValueNotSupported spec: Unsupported value: "COLOR": supported values: "INT", "FLOAT")");
  EXPECT_TRUE(check_field(R"({"type":"string","enum":["INT"]})", "INT").empty());
}

TEST(Validate, ReportsMissingFieldsUnderTheirOwnPath) {
  const Schema schema =
      schema_of(R"({"type":"object","properties":{"spec":{"type":"object","properties":{"properties":
    {"type":"array","items":{"type":"object","properties":{"desired":{"type":"object","required":["value"]}}}}}}}})");
  const auto found = validate(schema, json::parse(R"({"spec":{"properties":[{"desired":{}}]}})"));
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].path, "spec.properties[0].desired.value");
  EXPECT_EQ(found[0].reason, "FieldValueRequired");
  EXPECT_EQ(found[0].message, "Required value");
}

TEST(Validate, RefusesNullUnlessNullable) {
  EXPECT_EQ(
      only(R"({"type":"string"})", nullptr),
      R"(FieldValueTypeInvalid spec: Invalid value: "null": spec in body must be of type string: "null")");
  EXPECT_TRUE(check_field(R"({"type":"string","nullable":true,"enum":["a"]})", nullptr).empty());
}

TEST(Validate, HoldsNumbersToTheirRange) {
  EXPECT_EQ(only(R"({"type":"integer","minimum":1})", 0),
            "FieldValueInvalid spec: Invalid value: 0: spec in body should be greater than or equal to 1");
  EXPECT_EQ(only(R"({"type":"number","maximum":2,"exclusiveMaximum":true})", 2),
            "FieldValueInvalid spec: Invalid value: 2: spec in body should be less than 2");
  EXPECT_TRUE(check_field(R"({"type":"number","minimum":1,"maximum":2})", 1.5).empty());
}

TEST(Validate, HoldsIntegersToTheWidthOfTheirFormat) {
  EXPECT_EQ(check_field(R"({"type":"integer","format":"int32"})", 2147483648).size(), 1U);
  EXPECT_TRUE(check_field(R"({"type":"integer","format":"int32"})", 2147483647).empty());
  EXPECT_EQ(check_field(R"({"type":"integer","format":"int64"})", 9223372036854775808ULL).size(), 1U);
  EXPECT_EQ(check_field(R"({"type":"integer"})", 1e300).size(), 1U);
  EXPECT_TRUE(check_field(R"({"type":"integer","format":"int64"})", 9007199254740993).empty());
  EXPECT_TRUE(check_field(R"({"type":"integer"})", 1000.0).empty());
}

TEST(Validate, CountsCharactersNotBytes) {
  EXPECT_TRUE(check_field(R"({"type":"string","maxLength":2})", "äö").empty());
  EXPECT_EQ(only(R"({"type":"string","maxLength":2})", "abc"),
            "FieldValueTooLong spec: Too long: may not be longer than 2");
  EXPECT_EQ(only(R"({"type":"string","minLength":2})", "a"),
            "FieldValueInvalid spec: Invalid value: \"a\": spec in body should be at least 2 chars long");
}

TEST(Validate, MatchesPatterns) {
  EXPECT_EQ(only(R"({"type":"string","pattern":"^[a-z]+$"})", "Bad"),
            "FieldValueInvalid spec: Invalid value: \"Bad\": spec in body should match '^[a-z]+$'");
}

TEST(Validate, StaysLinearOnPatternsThatBacktrackElsewhere) {
  const std::string text(50'000, 'a');
  EXPECT_EQ(check_field(R"({"type":"string","pattern":"^(a+)+$"})", text + "!").size(), 1U);
}

TEST(Validate, CountsItems) {
  EXPECT_EQ(only(R"({"type":"array","maxItems":1,"items":{}})", {1, 2}),
            "FieldValueTooMany spec: Too many: 2: must have at most 1 items");
  EXPECT_EQ(only(R"({"type":"array","minItems":1,"items":{}})", json::array()),
            "FieldValueInvalid spec: Invalid value: 0: spec in body should have at least 1 items");
}

TEST(Validate, KnowsTimes) {
  EXPECT_TRUE(check_field(R"({"type":"string","format":"date-time"})", "2026-01-01T00:00:05Z").empty());
  EXPECT_EQ(check_field(R"({"type":"string","format":"date-time"})", "yesterday").size(), 1U);
}

TEST(Validate, TakesIntegersAndStringsForIntOrString) {
  constexpr auto kPort =
      R"({"x-kubernetes-int-or-string":true,"anyOf":[{"type":"integer"},{"type":"string"}]})";
  EXPECT_TRUE(check_field(kPort, 80).empty());
  EXPECT_TRUE(check_field(kPort, "http").empty());
  EXPECT_EQ(check_field(kPort, true).size(), 1U);
}

TEST(Validate, LooksIntoTheValuesOfAMap) {
  const auto found =
      check_field(R"({"type":"object","additionalProperties":{"type":"string"}})", {{"a", 1}, {"b", "x"}});
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].path, "spec.a");
}

TEST(Validate, ListsOfTypeSetAndMapHoldNothingTwice) {
  EXPECT_EQ(
      only(R"({"type":"array","x-kubernetes-list-type":"set","items":{"type":"string"}})", {"a", "b", "a"}),
      R"(FieldValueDuplicate spec[2]: Duplicate value: "a")");
  const auto* keyed =
      R"({"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["name"],
          "items":{"type":"object","properties":{"name":{"type":"string"},"x":{"type":"integer"}}}})";
  EXPECT_EQ(only(keyed, {{{"name", "a"}, {"x", 1}}, {{"name", "a"}, {"x", 2}}}),
            R"(FieldValueDuplicate spec[1]: Duplicate value: map[string]interface {}{"name":"a"})");
  EXPECT_TRUE(check_field(keyed, {{{"name", "a"}}, {{"name", "b"}}}).empty());
}

TEST(Validate, SizesOfObjectsAndStepsOfNumbers) {
  EXPECT_EQ(only(R"({"type":"object","maxProperties":1})", {{"a", 1}, {"b", 2}}),
            "FieldValueTooMany spec: Too many: 2: must have at most 1 items");
  EXPECT_EQ(only(R"({"type":"object","minProperties":1})", json::object()),
            "FieldValueInvalid spec: Invalid value: 0: spec in body should have at least 1 properties");
  EXPECT_EQ(only(R"({"type":"integer","multipleOf":5})", 7),
            "FieldValueInvalid spec: Invalid value: 7: spec in body should be a multiple of 5");
  EXPECT_TRUE(check_field(R"({"type":"number","multipleOf":0.1})", 0.7).empty());
}

TEST(Validate, JunctorsCombineConditions) {
  const auto* one_of = R"({"type":"object","properties":{"a":{"type":"string"},"b":{"type":"string"}},
                           "oneOf":[{"required":["a"]},{"required":["b"]}]})";
  EXPECT_TRUE(check_field(one_of, {{"a", "x"}}).empty());
  const auto none = check_field(one_of, json::object());
  ASSERT_EQ(none.size(), 2U);
  EXPECT_EQ(
      none[0].path + ": " + none[0].message,
      R"(<nil>: Invalid value: "": "spec" must validate one and only one schema (oneOf). Found none valid)");
  EXPECT_EQ(none[1].path + ": " + none[1].message, "spec.a: Required value");
  EXPECT_EQ(
      only(one_of, {{"a", "x"}, {"b", "y"}}),
      R"(FieldValueInvalid <nil>: Invalid value: "": "spec" must validate one and only one schema (oneOf). Found 2 valid alternatives)");
  EXPECT_EQ(only(R"({"type":"integer","not":{"minimum":5}})", 7),
            R"(FieldValueInvalid <nil>: Invalid value: "": "spec" must not validate the schema (not))");
  EXPECT_EQ(check_field(R"({"type":"integer","anyOf":[{"maximum":1},{"minimum":9}]})", 5).size(), 2U);
  EXPECT_EQ(check_field(R"({"type":"integer","allOf":[{"maximum":4},{"minimum":1}]})", 5).size(), 2U);
}

TEST(Validate, FormatsOfTexts) {
  struct Case {
    const char* format;
    const char* good;
    const char* bad;
  };
  for (const auto& [format, good, bad] :
       {Case{"date", "2026-02-28", "2026-02-30"}, Case{"date-time", "2026-01-31T12:00:00Z", "2026-01-31"},
        Case{"duration", "1h30m", "soon"}, Case{"ipv4", "10.0.0.1", "10.0.0.256"},
        Case{"ipv6", "fe80::1", "10.0.0.1"}, Case{"cidr", "10.0.0.0/8", "10.0.0.0/33"},
        Case{"mac", "00:1b:44:11:3a:b7", "00:1b"}, Case{"uri", "https://example.org/x", "no uri"},
        Case{"email", "a@example.org", "a"}, Case{"hostname", "pump-1.example.org", "-x"},
        Case{"uuid", "7f1c0b5e-6a1f-4a4e-9a51-000000000001", "7f1c"}, Case{"byte", "aGVhcnRo", "a!"}}) {
    const auto schema = std::string(R"({"type":"string","format":")") + format + "\"}";
    EXPECT_TRUE(check_field(schema, good).empty()) << format;
    EXPECT_EQ(only(schema, bad), std::string("FieldValueTypeInvalid spec: Invalid value: \"") + bad +
                                     "\": spec in body must be of type " + format + ": \"" + bad + "\"");
  }
  EXPECT_TRUE(check_field(R"({"type":"string","format":"of-my-own"})", "x").empty());
}

TEST(Validate, AnEmbeddedObjectSaysWhatItIs) {
  const auto* embedded = R"({"type":"object","x-kubernetes-embedded-resource":true,
                             "x-kubernetes-preserve-unknown-fields":true})";
  EXPECT_EQ(only(embedded, {{"kind", "Pod"}}),
            "FieldValueRequired spec.apiVersion: Required value: must not be empty");
  EXPECT_TRUE(check_field(embedded, {{"kind", "Pod"}, {"apiVersion", "v1"}}).empty());
}

TEST(Validate, ReportsAllViolationsTogetherButNotWithoutEnd) {
  EXPECT_EQ(check_field(R"({"type":"array","items":{"type":"string"}})", json::array({1, 2, 3})).size(), 3U);
  const json many(std::vector<int>(10'000, 1));
  EXPECT_EQ(check_field(R"({"type":"array","items":{"type":"string"}})", many).size(), kMaxReported);
}

TEST(Validate, DoesNotLookIntoAResourcesMetadata) {
  const Schema schema = schema_of(R"({"type":"object","properties":{"metadata":{"type":"string"}}})");
  EXPECT_TRUE(validate(schema, {{"metadata", {{"name", "x"}}}}).empty());
}

TEST(Schema, RefusesWhatItCannotEnforce) {
  for (const auto* bad : {R"({"type":"strin"})", R"({"x-kubernetes-validations":[]})", R"({"$ref":"#/x"})",
                          R"({"type":"string","pattern":"("})", R"({"properties":[]})", R"({"required":"a"})",
                          R"({"minLength":-1})", R"([])", R"({"nullable":1})", R"({"enum":[]})",
                          R"({"items":5})", R"({"minimum":"1"})", "nonsense"}) {
    const auto parsed = Schema::parse_text(bad);
    ASSERT_FALSE(parsed) << bad;
    EXPECT_EQ(parsed.error().cls, ErrorClass::invalid) << bad;
  }
}

TEST(Schema, SaysWhereItIsWrong) {
  const auto parsed = Schema::parse_text(R"({"properties":{"spec":{"properties":{"x":{"type":"strin"}}}}})");
  ASSERT_FALSE(parsed);
  EXPECT_THAT(parsed.error().text, testing::HasSubstr("schema at spec.x: the type must be"));
}

TEST(Schema, RefusesEndlessNesting) {
  json nested = {{"type", "string"}};
  for (int i = 0; i < 100; ++i)
    nested = {{"items", std::move(nested)}};
  EXPECT_FALSE(Schema::parse(nested));
}

}  // namespace
}  // namespace hearth::schema
