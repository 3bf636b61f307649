// SPDX-License-Identifier: Apache-2.0
#include "cloud/object/object.hpp"

#include <gtest/gtest.h>

#include "cloud/object/member_scan.hpp"

namespace hearth::object {
namespace {

using nlohmann::json;

const json kLamp =
    R"({"apiVersion":"v1","kind":"Lamp","metadata":{"generation":3,"labels":{"name":"x","text":"a \"b\" }\\"},
  "name":"lamp","namespace":"home","resourceVersion":"9","uid":"u-1"},"spec":{"list":[{"metadata":1},"]"],"name":"no"},
  "status":{"on":true},"zone":null})"_json;

TEST(Object, KnowsWhoItIsWithoutATree) {
  const auto lamp = Object::of(kLamp);
  EXPECT_EQ(lamp->kind(), "Lamp");
  EXPECT_EQ(lamp->api_version(), "v1");
  EXPECT_EQ(lamp->ns(), "home");
  EXPECT_EQ(lamp->name(), "lamp");
  EXPECT_EQ(lamp->uid(), "u-1");
  EXPECT_EQ(lamp->version(), "9");
  EXPECT_EQ(lamp->generation(), 3);
}

TEST(Object, GivesItsPartsAndTheWholeAsTrees) {
  const auto lamp = Object::of(kLamp);
  EXPECT_EQ(lamp->tree(), kLamp);
  EXPECT_EQ(lamp->text(), kLamp.dump());
  for (const auto& [part, text] :
       {std::pair{"metadata", lamp->metadata()}, {"spec", lamp->spec()}, {"status", lamp->status()}})
    EXPECT_EQ(tree_of(text), kLamp.at(part));
}

TEST(Object, WithAnotherStatusIsTheSameButForThatAndTheVersion) {
  const auto next = Object::of(kLamp)->with_status(R"({"on":false,"why":"bulb"})", "1000");
  auto wanted = kLamp;
  wanted["status"] = {{"on", false}, {"why", "bulb"}};
  wanted["metadata"]["resourceVersion"] = "1000";
  EXPECT_EQ(next->tree(), wanted);
  EXPECT_EQ(next->version(), "1000");
  EXPECT_EQ(next->uid(), "u-1");
}

TEST(Object, AFirstStatusAndAFirstVersionAreAdded) {
  const auto next = Object::of({{"metadata", {{"name", "a"}}}})->with_status("{}", "5");
  EXPECT_EQ(next->tree(), R"({"metadata":{"name":"a","resourceVersion":"5"},"status":{}})"_json);
}

TEST(Object, WithAnotherVersionIsTheSameButForThat) {
  auto wanted = kLamp;
  wanted["metadata"]["resourceVersion"] = "123456789012";
  const auto next = Object::of(kLamp)->with_version("123456789012");
  EXPECT_EQ(next->text(), Object::of(wanted)->text());
  EXPECT_EQ(next->version(), "123456789012");
  EXPECT_EQ(Object::of({{"kind", "Lamp"}})->with_version("5")->version(), "5");
}

TEST(Object, IsReadFromTextWithBlanksAndInAnyOrder) {
  const auto lamp = Object::read(
      " {\n \"status\" : {} , \"metadata\" : { \"name\" : \"a\" , \"resourceVersion\":\"1\" } }\n");
  ASSERT_NE(lamp, nullptr);
  EXPECT_EQ(lamp->name(), "a");
  EXPECT_EQ(lamp->with_status("{\"x\":1}", "22")->tree(),
            R"({"metadata":{"name":"a","resourceVersion":"22"},"status":{"x":1}})"_json);
}

TEST(Object, TextThatIsNoObjectMakesNone) {
  for (const auto* text : {"", " ", "null", "[]", "3", "\"a\"", "{", "{\"a\":}", "{} {}", "{\"a\":\"\xff\"}"})
    EXPECT_EQ(Object::read(text), nullptr) << text;
}

TEST(Object, FieldsOfAnotherTypeAreAbsent) {
  for (const auto* text :
       {"null", "[1]", "{}", R"({"metadata":3,"kind":[]})", R"({"metadata":{"name":4,"generation":"x"}})"}) {
    const auto odd = Object::of(json::parse(text));
    EXPECT_TRUE(odd->name().empty() && odd->kind().empty() && odd->version().empty()) << text;
    EXPECT_EQ(odd->generation(), 0) << text;
  }
}

TEST(MemberScan, FindsValuesByTheirPath) {
  const auto text = kLamp.dump();
  EXPECT_EQ(value_at(text, {"spec", "list"}), R"([{"metadata":1},"]"])");
  EXPECT_EQ(value_at(text, {"zone"}), "null");
  EXPECT_EQ(string_at(text, {"spec", "name"}), "no");
  EXPECT_EQ(string_at(text, {"metadata", "labels", "text"}), "a \"b\" }\\");
  EXPECT_EQ(value_at(text, {"spec", "list", "metadata"}), "");
  EXPECT_EQ(string_at(text, {"metadata", "generation"}), "");
  EXPECT_EQ(string_at(text, {"nothing"}), "");
}

TEST(ItemScan, GivesTheItemsOfAnArray) {
  std::vector<std::string> items;
  ItemScan scan(R"( [1, "a]", {"b":[2]} ,[3,4],null ] )");
  while (const auto item = scan.next())
    items.emplace_back(*item);
  EXPECT_EQ(items, (std::vector<std::string>{"1", "\"a]\"", "{\"b\":[2]}", "[3,4]", "null"}));
  for (const auto* other : {"", "[]", "{}", "3", "null"})
    EXPECT_FALSE(ItemScan(other).next()) << other;
}

TEST(ItemScan, EndsOnDamagedText) {
  for (const auto* damaged : {"[", "[,", "[,,", "[}", "[}}}", "[1}", "[\"a", "[{"}) {
    ItemScan scan(damaged);
    for (int i = 0; i < 10 && scan.next(); ++i)
      EXPECT_LT(i, 9) << damaged;
  }
}

TEST(MemberScan, OfDamagedTextReadsNothingOutside) {
  const std::string whole = kLamp.dump();
  for (std::size_t length = 0; length < whole.size(); ++length) {
    const std::string cut = whole.substr(0, length);
    MemberScan scan(cut);
    while (const auto member = scan.next())
      EXPECT_LE(member->value.data() + member->value.size(), cut.data() + cut.size());
  }
}

}  // namespace
}  // namespace hearth::object
