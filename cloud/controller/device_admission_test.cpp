// SPDX-License-Identifier: Apache-2.0
#include "cloud/controller/device_admission.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cloud/controller/test_objects.hpp"

namespace hearth::controller {
namespace {

using nlohmann::json;
using testing::at_second;
using testing::device_json;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::model_json;

const json kModel = model_json();

json with_property(json property) {
  json device = device_json();
  device["spec"]["properties"].push_back(std::move(property));
  return device;
}

TEST(DeviceAdmission, TakesADeviceThatFits) {
  EXPECT_THAT(check_device_write(device_json(), nullptr, &kModel), IsEmpty());
  EXPECT_EQ(model_name_of(device_json()), "dimmer");
}

TEST(DeviceAdmission, NamesAValueOutOfRange) {
  EXPECT_THAT(check_device_write(device_json({.desired = "300"}), nullptr, &kModel),
              ElementsAre(DeviceViolation{
                  "spec.properties[1].desired.value", "FieldValueInvalid",
                  "Invalid value: \"300\": must be at most 100 (DeviceModel dimmer, property brightness)"}));
  const auto low = check_device_write(device_json({.desired = "-1"}), nullptr, &kModel);
  ASSERT_EQ(low.size(), 1U);
  EXPECT_EQ(low[0].message,
            "Invalid value: \"-1\": must be at least 0 (DeviceModel dimmer, property brightness)");
}

TEST(DeviceAdmission, NamesAValueOfAnotherType) {
  const auto found = check_device_write(device_json({.desired = "bright"}), nullptr, &kModel);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].message,
            "Invalid value: \"bright\": must be of type INT (DeviceModel dimmer, property brightness)");
}

TEST(DeviceAdmission, RefusesToSetAReadOnlyProperty) {
  const auto found = check_device_write(
      with_property({{"name", "temperature"}, {"desired", {{"value", "20"}}}}), nullptr, &kModel);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].field, "spec.properties[2].desired.value");
  EXPECT_EQ(found[0].reason, "FieldValueForbidden");
  EXPECT_EQ(found[0].message,
            "Forbidden: the property is ReadOnly (DeviceModel dimmer, property temperature)");
}

TEST(DeviceAdmission, NamesUnknownAndRepeatedProperties) {
  const auto unknown = check_device_write(with_property({{"name", "colour"}}), nullptr, &kModel);
  ASSERT_EQ(unknown.size(), 1U);
  EXPECT_EQ(unknown[0].field, "spec.properties[2].name");
  EXPECT_EQ(unknown[0].reason, "FieldValueNotFound");
  EXPECT_EQ(unknown[0].message, "Not found: \"colour\": DeviceModel dimmer has no such property");
  const auto repeated = check_device_write(with_property({{"name", "power"}}), nullptr, &kModel);
  ASSERT_EQ(repeated.size(), 1U);
  EXPECT_EQ(repeated[0], (DeviceViolation{"spec.properties[2].name", "FieldValueDuplicate",
                                          "Duplicate value: \"power\""}));
}

TEST(DeviceAdmission, AMissingModelIsNoReasonToRefuse) {
  EXPECT_THAT(check_device_write(device_json({.desired = "300"}), nullptr, nullptr), IsEmpty());
}

TEST(DeviceAdmission, AnOldFaultIsNoReasonToRefuseAnUpdate) {
  const json old_device = device_json({.desired = "300"});
  json labelled = old_device;
  labelled["metadata"]["labels"]["room"] = "kitchen";
  EXPECT_THAT(check_device_write(labelled, &old_device, &kModel), IsEmpty());
  json moved = old_device;
  moved["spec"]["properties"].erase(0);
  EXPECT_THAT(check_device_write(moved, &old_device, &kModel), IsEmpty()) << "indexes move";
  EXPECT_EQ(check_device_write(device_json({.desired = "301"}), &old_device, &kModel).size(), 1U);
}

TEST(DeviceAdmission, ChecksModels) {
  json model = model_json();
  EXPECT_THAT(check_device_model_write(model, nullptr), IsEmpty());
  model["spec"]["properties"][1]["minimum"] = "200";
  auto found = check_device_model_write(model, nullptr);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].field, "spec.properties[1].minimum");
  EXPECT_EQ(found[0].message, "Invalid value: \"200\": must not be above the maximum 100");
  EXPECT_THAT(check_device_model_write(model, &model), IsEmpty());

  model = model_json();
  model["spec"]["properties"][1]["maximum"] = "much";
  model["spec"]["properties"][2]["type"] = "COLOUR";
  model["spec"]["properties"].push_back({{"name", "power"}, {"type", "STREAM"}});
  found = check_device_model_write(model, nullptr);
  ASSERT_EQ(found.size(), 3U);
  EXPECT_EQ(found[0].reason, "FieldValueDuplicate");
  EXPECT_EQ(found[1].message, "Invalid value: \"much\": must be a number such as 20 or -4.5");
  EXPECT_EQ(found[2].reason, "FieldValueNotSupported");
}

TEST(DeviceAdmission, SurvivesDocumentsOfAnyShape) {
  for (const char* text :
       {"null", "3", "[]", "{}", R"({"spec":3})", R"({"spec":{"properties":3}})",
        R"({"spec":{"properties":[1,[],{}]}})",
        R"({"metadata":{"name":"a"},"spec":{"properties":[{"name":"power","desired":3}]}})"}) {
    const json document = json::parse(text);
    EXPECT_NO_THROW(check_device_write(document, &document, &kModel)) << text;
    EXPECT_NO_THROW(check_device_write(device_json(), nullptr, &document)) << text;
    EXPECT_NO_THROW(check_device_model_write(document, &document)) << text;
    EXPECT_EQ(model_name_of(document), "");
  }
}

/// The lamp with this metadata beside the desired value of power.
json with_life(json metadata, const std::string& value = "true") {
  json device = device_json();
  device["spec"]["properties"][0]["desired"] = {{"value", value}, {"metadata", std::move(metadata)}};
  return device;
}

json life_of(const json& device) {
  return device["spec"]["properties"][0]["desired"].value("metadata", json());
}

TEST(DeviceAdmission, NamesALifeOfADesiredValueThatIsNone) {
  const auto found =
      check_device_write(with_life({{"ttl", "soon"}, {"expiresAt", "tomorrow"}}), nullptr, nullptr);
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].field, "spec.properties[0].desired.metadata.expiresAt");
  EXPECT_EQ(found[0].message, "Invalid value: \"tomorrow\": must be a time such as 2026-01-01T00:00:05Z");
  EXPECT_EQ(found[1].field, "spec.properties[0].desired.metadata.ttl");
  EXPECT_EQ(
      found[1].message,
      "Invalid value: \"soon\": must be a duration such as 30s or 5m, or a number of seconds, of at most ten "
      "years");
  EXPECT_THAT(check_device_write(with_life({{"ttl", "30s"}}), nullptr, &kModel), IsEmpty());
  EXPECT_THAT(check_device_write(with_life({{"ttl", "-1"}}), nullptr, &kModel), ::testing::SizeIs(1));
}

TEST(DesiredLife, ATtlBecomesATimeWhenTheValueIsNew) {
  json first = with_life({{"ttl", "30s"}});
  resolve_desired_life(first, nullptr, at_second(0));
  EXPECT_EQ(life_of(first), (json{{"ttl", "30s"}, {"expiresAt", "2026-01-01T00:00:30.000000Z"}}));

  json replaced = with_life({{"ttl", "30s"}});
  resolve_desired_life(replaced, &first, at_second(20));
  EXPECT_EQ(replaced, first) << "the same value does not live longer for being written again";

  json patched = first;
  patched["spec"]["properties"][0]["desired"]["value"] = "false";
  resolve_desired_life(patched, &first, at_second(20));
  EXPECT_EQ(life_of(patched)["expiresAt"], "2026-01-01T00:00:50.000000Z") << "a new value lives anew";

  json longer = first;
  longer["spec"]["properties"][0]["desired"]["metadata"]["ttl"] = "1m";
  resolve_desired_life(longer, &first, at_second(20));
  EXPECT_EQ(life_of(longer)["expiresAt"], "2026-01-01T00:01:20.000000Z");
}

TEST(DesiredLife, ATimeThatTheWriterHasSetWins) {
  json device = with_life({{"ttl", "30s"}, {"expiresAt", "2027-01-01T00:00:00Z"}});
  resolve_desired_life(device, nullptr, at_second(0));
  EXPECT_EQ(life_of(device)["expiresAt"], "2027-01-01T00:00:00Z");
  json plain = with_life({{"expiresAt", "2027-01-01T00:00:00Z"}});
  const json before = plain;
  resolve_desired_life(plain, &before, at_second(0));
  EXPECT_EQ(plain, before);
}

TEST(DesiredLife, ATimeThatStoodForATtlGoesWithIt) {
  json first = with_life({{"ttl", "30s"}});
  resolve_desired_life(first, nullptr, at_second(0));
  json applied = first;
  applied["spec"]["properties"][0]["desired"]["metadata"].erase("ttl");
  resolve_desired_life(applied, &first, at_second(20));
  EXPECT_EQ(life_of(applied), json::object());
}

TEST(DesiredLife, SurvivesDevicesOfAnyShape) {
  for (
      const char* text :
      {"null", "3", "{}", R"({"spec":3})", R"({"spec":{"properties":{}}})",
       R"({"spec":{"properties":[1,{}]}})",
       R"({"spec":{"properties":[{"name":3,"desired":7},{"desired":{"metadata":[]}}]}})",
       R"({"spec":{"properties":[{"name":"a","desired":{"value":1,"metadata":{"ttl":5,"expiresAt":[]}}}]}})"}) {
    json device = json::parse(text);
    const json before = device;
    EXPECT_NO_THROW(resolve_desired_life(device, &before, at_second(0))) << text;
    EXPECT_EQ(device, before) << text;
  }
}

TEST(ModelRemoval, NamesTheDeviceThatRefersToTheModel) {
  json second = device_json();
  second["metadata"]["name"] = "second";
  const std::vector<object::ObjectPtr> one = {object::Object::of(device_json())};
  const std::vector<object::ObjectPtr> two = {one[0], object::Object::of(second)};
  const auto name = std::string(one[0]->name());
  EXPECT_EQ(why_model_stays("dimmer", one), "spec.deviceModelRef.name of Device \"" + name +
                                                "\" refers to it; delete the device first, or use --force");
  EXPECT_EQ(why_model_stays("dimmer", two),
            "spec.deviceModelRef.name of Device \"" + name +
                "\" refers to it, and that of 1 more; delete the devices first, or use --force");
  EXPECT_EQ(why_model_stays("lamp", two), std::nullopt);
  EXPECT_EQ(why_model_stays("dimmer", {}), std::nullopt);
}

}  // namespace
}  // namespace hearth::controller
