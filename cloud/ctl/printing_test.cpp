// SPDX-License-Identifier: Apache-2.0
#include "cloud/ctl/printing.hpp"

#include <gtest/gtest.h>

#include "sdk/schema/yaml_document.hpp"

namespace hearth::ctl {
namespace {

using nlohmann::json;

TEST(Yaml, QuotesWhatWouldBeReadOtherwise) {
  EXPECT_EQ(to_yaml({{"a", "ON"}, {"b", "12"}, {"c", "x"}, {"d", 12}, {"e", true}, {"f", ""}}),
            "a: \"ON\"\nb: \"12\"\nc: x\nd: 12\ne: true\nf: \"\"\n");
}

TEST(Yaml, IsReadBackAsTheSameDocument) {
  const auto document = json::parse(R"({
    "strings": ["yes", "No", "~", "null", "1e3", "0x10", "2026-01-01", "a: b", "- x", "#c", "", " lead", "tail ",
                "two\nlines\n", "two\nlines", "\ttab\n", "{}", "[]", "*a", "&b", "ä→", "y", "it's", "say \"hi\""],
    "numbers": [0, -1, 9007199254740993, 1.5], "nothing": null, "empty": {}, "none": [], "on": false,
    "deep": {"list": [{"a": [1, {"b": []}]}]}})");
  const auto back = schema::parse_yaml_document(to_yaml(document), "printed");
  ASSERT_TRUE(back) << back.error().text << "\n" << to_yaml(document);
  EXPECT_EQ(*back, document);
}

TEST(ManagedFields, AreLeftOut) {
  EXPECT_EQ(without_managed_fields({{"metadata", {{"name", "x"}, {"managedFields", json::array()}}}}),
            (json{{"metadata", {{"name", "x"}}}}));
  EXPECT_EQ(without_managed_fields(json(3)), json(3));
}

json table(json rows) {
  return {{"kind", "Table"},
          {"columnDefinitions",
           {{{"name", "Name"}, {"priority", 0}}, {{"name", "Age"}}, {{"name", "Model"}, {"priority", 1}}}},
          {"rows", std::move(rows)}};
}

json row(const std::string& name, const std::string& age, const std::string& model) {
  return {{"cells", {name, age, model}}, {"object", {{"metadata", {{"namespace", "home"}}}}}};
}

TEST(TablePrinter, AlignsItsColumns) {
  TablePrinter printer({});
  EXPECT_EQ(printer.print(table({row("lamp", "5m", "m"), row("water-pump", "2d", "m")})),
            "NAME         AGE\n"
            "lamp         5m\n"
            "water-pump   2d\n");
}

TEST(TablePrinter, ShowsMoreWhenAskedTo) {
  TablePrinter printer({.wide = true, .with_namespace = true});
  EXPECT_EQ(printer.print(table({row("lamp", "5m", "led")})),
            "NAMESPACE   NAME   AGE   MODEL\n"
            "home        lamp   5m    led\n");
}

TEST(TablePrinter, PrintsTheHeaderOnceAndOnlyWithRows) {
  TablePrinter printer({});
  EXPECT_EQ(printer.print(table(json::array())), "");
  EXPECT_EQ(printer.print(table({row("lamp", "5m", "m")})), "NAME   AGE\nlamp   5m\n");
  EXPECT_EQ(printer.print({{"rows", {row("pump", "1s", "m")}}}), "pump   1s\n");
}

TEST(TablePrinter, TakesOddCells) {
  TablePrinter printer({});
  const auto odd =
      table({{{"cells", {nullptr}}}, {{"cells", {3, "two\nlines", "x"}}}, 7, {{"cells", {"ä→", "1s"}}}});
  EXPECT_EQ(printer.print(odd), "NAME     AGE\n<none>   \n3        two lines\n         \nä→       1s\n");
}

TEST(TablePrinter, SurvivesGarbage) {
  for (const auto* text :
       {"null", "[]", "{\"rows\":3}", "{\"columnDefinitions\":[1,null],\"rows\":[[],{}]}"}) {
    TablePrinter printer({});
    EXPECT_NO_THROW(printer.print(json::parse(text))) << text;
  }
}

}  // namespace
}  // namespace hearth::ctl
