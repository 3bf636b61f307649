// SPDX-License-Identifier: Apache-2.0
#include "sdk/schema/yaml_document.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hearth::schema {
namespace {

using nlohmann::json;
using testing::HasSubstr;

json value_of(std::string_view text) {
  auto value = parse_yaml_document(text, "test.yaml");
  return value ? *value : json("error: " + value.error().text);
}

std::string first_fault(std::string_view text) {
  const YamlStream stream = read_yaml(text, "test.yaml");
  if (stream.diagnostics.empty()) return "no fault";
  const Diagnostic& fault = stream.diagnostics.front();
  return std::to_string(fault.line) + ":" + std::to_string(fault.column) + ": " + fault.message;
}

TEST(Yaml, RefusesBytesThatAreNotUtf8) {
  EXPECT_THAT(read_yaml("name: l\xff", "x").diagnostics.at(0).message, HasSubstr("not UTF-8"));
}

TEST(Yaml, RefusesWhatLooksLikeUtf16AndUtf32) {
  using namespace std::string_view_literals;
  for (const auto text :
       {"a\0:\0 \0b\0"sv, "\0a\0:\0 \0b"sv, "\1\0\0\0\0\0\0\2---\na: x"sv, "\0\0\0a: b"sv, "a: b\0"sv})
    EXPECT_FALSE(parse_yaml(text, "x.yaml").has_value());
}

TEST(Yaml, TakesOnlyTrueAndFalseForBooleans) {
  EXPECT_EQ(value_of("[ON, off, yes, n, true, True, FALSE, 'true']"),
            json::parse(R"(["ON","off","yes","n",true,true,false,"true"])"));
}

TEST(Yaml, TypesPlainScalarsByTheCoreSchema) {
  EXPECT_EQ(value_of("[1, -2, +3, 0x1F, 0o17, 007, 18446744073709551615]"),
            json::parse("[1,-2,3,31,15,7,18446744073709551615]"));
  EXPECT_EQ(value_of("[1.5, .5, 1e3, -1.5e-3, 123456789012345678901234567890]"),
            json::parse("[1.5,0.5,1000.0,-0.0015,123456789012345678901234567890]"));
  EXPECT_EQ(value_of("[~, null, , '']"), json::parse(R"([null,null,null,""])"));
  EXPECT_EQ(value_of("[1.2.3, 0x, 1_000, 2026-01-01, 10:20, .inf, 1e999, -, +-1, 0x-1]"),
            json::parse(R"(["1.2.3","0x","1_000","2026-01-01","10:20",".inf","1e999","-","+-1","0x-1"])"));
}

TEST(Yaml, LeavesQuotedScalarsStrings) {
  EXPECT_EQ(value_of("a: \"1\"\nb: 'null'\nc: !!str 5\nd: |\n  5\n"),
            json::parse(R"({"a":"1","b":"null","c":"5","d":"5\n"})"));
}

TEST(Yaml, MakesStringsOfAllKeys) {
  EXPECT_EQ(value_of("1: a\ntrue: b\n"), json::parse(R"({"1":"a","true":"b"})"));
}

TEST(Yaml, ReadsSeveralDocumentsAndLeavesEmptyOnesOut) {
  const auto values = parse_yaml("---\n# nothing\n---\na: 1\n---\n---\nb: 2\n...\n", "test.yaml");
  ASSERT_TRUE(values) << values.error().text;
  EXPECT_EQ(json(*values), json::parse(R"([{"a":1},{"b":2}])"));
  EXPECT_TRUE(parse_yaml("", "test.yaml")->empty());
}

TEST(Yaml, TakesJson) {
  EXPECT_EQ(value_of(R"({"a": [1, 2.5, null, true, "x\ny"], "b": {}})"),
            json::parse(R"({"a":[1,2.5,null,true,"x\ny"],"b":{}})"));
  EXPECT_EQ(value_of("{\n\t\"smile\": \"\\ud83d\\ude00\"\n}"), json({{"smile", "😀"}}));
}

TEST(Yaml, TakesJsonWithNamesOfAnyLength) {
  const json object = {{"a", 1}, {std::string(2000, 'k'), nullptr}};
  EXPECT_EQ(value_of(object.dump()), object);
}

TEST(Yaml, ExpandsAliases) {
  EXPECT_EQ(value_of("a: &x {b: [1]}\nc: *x\nd: &s text\ne: *s\n"),
            json::parse(R"({"a":{"b":[1]},"c":{"b":[1]},"d":"text","e":"text"})"));
}

TEST(Yaml, StopsTheBillionLaughs) {
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 10; ++i) {
    const std::string last = "*a" + std::to_string(i - 1);
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + last;
    for (int j = 0; j < 9; ++j)
      bomb += ", " + last;
    bomb += "]\n";
  }
  EXPECT_THAT(first_fault(bomb), HasSubstr("expand to too much"));
}

TEST(Yaml, PointsAtWhatIsWrong) {
  EXPECT_EQ(first_fault("a: 1\nb: 2\na: 3\n"), "3:1: the key \"a\" stands here a second time");
  EXPECT_EQ(first_fault("a:\n  <<: {b: 1}\n"), "2:3: merge keys (<<) are not supported");
  EXPECT_EQ(first_fault("a: !secret x\n"), "1:4: the tag !secret is not supported");
  EXPECT_EQ(first_fault("a: &x [*x]\n"), "1:8: an alias cannot stand inside what it names");
  EXPECT_THAT(first_fault("a: b: c\n"), HasSubstr("1:5: "));
  EXPECT_THAT(first_fault("a: [1, 2\n"), HasSubstr("flow"));
  EXPECT_EQ(first_fault("{a: 1}\nmore: 2\n"), "2:1: there is more after the end of the document");
}

TEST(Yaml, RefusesWhatIsTooDeepOrTooLarge) {
  EXPECT_THAT(first_fault(std::string(65, '[') + std::string(65, ']')), HasSubstr("nested deeper than 64"));
  EXPECT_NE(first_fault(std::string(100'000, '[')), "no fault");
  EXPECT_THAT(first_fault(std::string(5'000'000, 'x')), HasSubstr("larger than"));
  EXPECT_THAT(read_yaml("[1,2,3]", "x", {.values = 3}).diagnostics.at(0).message, HasSubstr("more than 3"));
}

TEST(Yaml, EndsOnAnyGarbage) {
  for (const auto* bad :
       {"\xff\xfe",   "\x80\x80",   "%",     "%YAML 9.9\n---\n", "[",         "]",       "{{{",
        "? [a]\n: b", "&a",         "*",     "- -\n -",          "a:\n\t- b", "\"\\q\"", "'",
        "|",          "!!binary x", ": : :", "---\n...\n...\n",  "\0\0",      "!<"}) {
    const YamlStream stream = read_yaml(bad, "x");
    for (const Diagnostic& fault : stream.diagnostics)
      EXPECT_FALSE(fault.message.empty());
  }
}

TEST(Yaml, RemembersWhereEachKeyAndValueStood) {
  const YamlStream stream =
      read_yaml("kind: Device\nspec:\n  properties:\n    - name: power\n      type: X\n  a.b: {c: 1}\n", "x");
  ASSERT_EQ(stream.documents.size(), 1U);
  const YamlDocument& document = stream.documents[0];
  EXPECT_EQ(document.position("kind"), (Place{{1, 1}, {1, 7}}));
  EXPECT_EQ(document.position("spec.properties[0].type"), (Place{{5, 7}, {5, 13}}));
  EXPECT_EQ(document.position("spec.properties[0]"), (Place{{4, 7}, {4, 7}}));
  EXPECT_EQ(document.position("spec.a.b.c").key, (Position{6, 9}));
  EXPECT_EQ(document.position("spec.properties[7].x").key, (Position{3, 3}));
  EXPECT_EQ(document.position("nowhere").value, (Position{1, 1}));
}

Schema sample_schema() {
  return Schema::parse_text(R"({"type":"object","properties":{
      "listen":{"type":"string"},"port":{"type":"integer","minimum":1,"maximum":65535},
      "level":{"type":"string","enum":["debug","info"]},
      "hub":{"type":"object","required":["url"],"properties":{"url":{"type":"string"}}}}})",
                            Root::plain)
      .value();
}

TEST(CheckDocument, ReportsEverythingAtOnceInOrderOfPlace) {
  const YamlStream stream = read_yaml("listn: x\nport: 70000\nlevel: loud\nhub:\n  uri: 5\n", "host.yaml");
  ASSERT_EQ(stream.documents.size(), 1U);
  EXPECT_EQ(print(check_document(sample_schema(), stream.documents[0])),
            "host.yaml:1:1: unknown key \"listn\"\n"
            "    listn: x\n"
            "    ^\n"
            "    did you mean \"listen\"?\n"
            "host.yaml:2:7: port is not allowed to be this\n"
            "    port: 70000\n"
            "          ^\n"
            "    expected at most 65535\n"
            "host.yaml:3:8: level is none of the allowed values\n"
            "    level: loud\n"
            "           ^\n"
            "    expected one of \"debug\", \"info\"\n"
            "host.yaml:4:1: hub.url is missing\n"
            "    hub:\n"
            "    ^\n"
            "host.yaml:5:3: unknown key \"uri\"\n"
            "      uri: 5\n"
            "      ^\n"
            "    did you mean \"url\"?\n");
}

TEST(CheckDocument, FindsNothingInAGoodDocument) {
  const YamlStream stream = read_yaml("port: 1\nhub: {url: x}\n", "host.yaml");
  EXPECT_TRUE(check_document(sample_schema(), stream.documents.at(0)).empty());
}

}  // namespace
}  // namespace hearth::schema
