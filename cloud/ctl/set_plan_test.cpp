// SPDX-License-Identifier: Apache-2.0
#include "cloud/ctl/set_plan.hpp"

#include <gmock/gmock.h>

namespace hearth::ctl {
namespace {

using nlohmann::json;
using testing::HasSubstr;

json lamp() {
  return json::parse(R"({
    "metadata": {"name": "lamp"},
    "spec": {"properties": [
      {"name": "brightness"},
      {"name": "power", "desired": {"value": "OFF", "metadata": {"a": "b"}}}]},
    "status": {
      "twins": [{"propertyName": "power", "reported": {"value": "OFF"}}, {"propertyName": "brightness"}, 7],
      "conditions": [{"type": "MapperReady", "status": "False", "message": "no mapper"},
                     {"type": "Ready", "status": "True", "message": "fine"}]}})");
}

TEST(Assignment, SplitsAtTheFirstEqualsSign) {
  EXPECT_EQ(*parse_assignment("power=ON"), (Assignment{"power", "ON"}));
  EXPECT_EQ(*parse_assignment("text=a=b"), (Assignment{"text", "a=b"}));
  EXPECT_EQ(*parse_assignment("text="), (Assignment{"text", ""}));
  EXPECT_FALSE(parse_assignment("power"));
  EXPECT_FALSE(parse_assignment("=ON"));
  EXPECT_FALSE(parse_assignment(""));
}

TEST(SetPlan, TestsTheNameBeforeItSetsTheValue) {
  const auto patch = plan_set(lamp(), {{"power", "ON"}});
  ASSERT_TRUE(patch);
  EXPECT_EQ(*patch, json::parse(R"([{"op":"test","path":"/spec/properties/1/name","value":"power"},
                                    {"op":"add","path":"/spec/properties/1/desired/value","value":"ON"}])"));
}

TEST(SetPlan, AddsAFirstDesiredValue) {
  const auto patch = plan_set(lamp(), {{"brightness", "40"}});
  ASSERT_TRUE(patch);
  EXPECT_EQ(*patch, json::parse(R"([{"op":"test","path":"/spec/properties/0/name","value":"brightness"},
                                    {"op":"add","path":"/spec/properties/0/desired","value":{"value":"40"}}])"));
}

TEST(SetPlan, SendsNothingForWhatIsDesiredAlready) {
  EXPECT_EQ(*plan_set(lamp(), {{"power", "OFF"}}), json::array());
}

TEST(SetPlan, SuggestsTheNameThatWasMeant) {
  EXPECT_THAT(plan_set(lamp(), {{"powr", "ON"}}).error().text, HasSubstr("did you mean \"power\"?"));
  EXPECT_THAT(plan_set(lamp(), {{"humidity", "1"}}).error().text, HasSubstr("it has brightness, power"));
  EXPECT_THAT(plan_set(json::object(), {{"x", "1"}}).error().text, HasSubstr("it lists none"));
}

TEST(Reported, ReadsTwinsAndPassesOverGarbage) {
  EXPECT_EQ(reported_value(lamp(), "power"), "OFF");
  EXPECT_EQ(reported_value(lamp(), "brightness"), std::nullopt);
  for (const auto* text : {"null", "[]", "{\"status\":3}", "{\"status\":{\"twins\":{}}}",
                           "{\"status\":{\"twins\":[{\"reported\":{\"value\":3}}]}}"}) {
    EXPECT_TRUE(reported_values(json::parse(text)).empty()) << text;
  }
}

TEST(SameValue, ComparesByTypeWhenOneIsKnown) {
  EXPECT_TRUE(same_value({}, "ON", "ON"));
  EXPECT_FALSE(same_value({}, "1.0", "1"));
  EXPECT_TRUE(same_value(device::PropertyType::real, "1.0", "1"));
  EXPECT_TRUE(same_value(device::PropertyType::boolean, "on", "true"));
  EXPECT_FALSE(same_value(device::PropertyType::integer, "x", "y"));
}

TEST(PropertyType, IsReadOffTheModel) {
  const auto model =
      json::parse(R"({"spec":{"properties":[{"name":"power","type":"BOOLEAN"},{"name":"odd","type":"X"}]}})");
  EXPECT_EQ(property_type(model, "power"), device::PropertyType::boolean);
  EXPECT_EQ(property_type(model, "odd"), std::nullopt);
  EXPECT_EQ(property_type(json::object(), "power"), std::nullopt);
}

TEST(Troubles, NamesWhatIsNotWell) {
  EXPECT_EQ(troubles(lamp()), "MapperReady: no mapper");
}

}  // namespace
}  // namespace hearth::ctl
