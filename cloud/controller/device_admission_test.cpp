// SPDX-License-Identifier: Apache-2.0
#include "cloud/controller/device_admission.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cloud/controller/test_objects.hpp"

namespace hearth::controller {
namespace {

using nlohmann::json;
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

}  // namespace
}  // namespace hearth::controller
