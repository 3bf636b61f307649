// SPDX-License-Identifier: Apache-2.0
#include "sdk/device/device.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hearth::device {
namespace {

using nlohmann::json;

json dimmer_model() {
  return json::parse(R"({
    "apiVersion": "devices.kubeedge.io/v1beta1", "kind": "DeviceModel",
    "metadata": {"name": "dimmer", "namespace": "home", "uid": "m1", "resourceVersion": "7"},
    "spec": {"protocol": "virtual", "protocolConfigData": {"seed": 1, "bus": "a"}, "properties": [
      {"name": "brightness", "type": "INT", "accessMode": "ReadWrite", "minimum": "0", "maximum": "100", "unit": "%",
       "visitors": {"protocolName": "virtual", "configData": {"initial": "5", "latencyMs": 3}}},
      {"name": "load", "type": "FLOAT", "accessMode": "ReadOnly"},
      {"name": "picture", "type": "STREAM"}]}})");
}

json desk_lamp() {
  return json::parse(R"({
    "apiVersion": "devices.kubeedge.io/v1beta1", "kind": "Device",
    "metadata": {"name": "desk", "namespace": "home", "uid": "d1", "resourceVersion": "9"},
    "spec": {"deviceModelRef": {"name": "dimmer"}, "nodeName": "edge-1",
      "protocol": {"protocolName": "virtual", "configData": {"seed": 2}},
      "properties": [
        {"name": "brightness", "desired": {"value": "40", "metadata": {"ttl": "30s"}}, "collectCycle": 250,
         "visitors": {"protocolName": "virtual", "configData": {"initial": "9"}}},
        {"name": "load", "collectCycle": 0, "reportToCloud": false}]}})");
}

TEST(Device, IsReadFromItsDocument) {
  const auto device = parse_device(desk_lamp()).value();
  EXPECT_EQ(device.meta.id.str(), "home/desk");
  EXPECT_EQ(device.meta.uid, "d1");
  EXPECT_EQ(device.meta.resource_version, 9u);
  EXPECT_EQ(device.model_name, "dimmer");
  EXPECT_EQ(device.node_name, "edge-1");
  ASSERT_EQ(device.properties.size(), 2u);
  EXPECT_EQ(device.properties[0].desired, "40");
  EXPECT_EQ(device.properties[0].desired_metadata.at("ttl"), "30s");
  EXPECT_EQ(device.properties[0].collect_cycle, std::chrono::milliseconds(250));
  EXPECT_EQ(device.properties[1].collect_cycle, std::chrono::milliseconds(1000)) << "0 means the default";
  EXPECT_FALSE(device.properties[1].desired);
  EXPECT_FALSE(device.properties[1].report_to_cloud);
}

TEST(DeviceModel, IsReadFromItsDocumentWithoutStreams) {
  const auto model = parse_device_model(dimmer_model()).value();
  EXPECT_EQ(model.protocol, "virtual");
  ASSERT_EQ(model.properties.size(), 2u);
  EXPECT_EQ(model.find("brightness")->maximum, 100.0);
  EXPECT_EQ(model.find("load")->access, AccessMode::read_only);
  EXPECT_EQ(model.find("picture"), nullptr);
}

TEST(Device, ResolvesWithTheDevicesConfigWinning) {
  const auto resolved =
      resolve(parse_device(desk_lamp()).value(), parse_device_model(dimmer_model()).value());
  EXPECT_EQ(resolved.protocol_name, "virtual");
  EXPECT_EQ(resolved.config, (json{{"seed", 2}, {"bus", "a"}}));
  EXPECT_EQ(resolved.properties.at(0).config, (json{{"initial", "9"}, {"latencyMs", 3}}));
}

TEST(Device, ThatFitsItsModelHasNoIssue) {
  EXPECT_THAT(check_device(parse_device(desk_lamp()).value(), parse_device_model(dimmer_model()).value()),
              testing::IsEmpty());
}

TEST(Device, IsToldEachThingThatDoesNotFitItsModel) {
  auto document = desk_lamp();
  document["spec"]["properties"] = json::parse(R"([
    {"name": "brightness", "desired": {"value": "140"}}, {"name": "load", "desired": {"value": "1"}},
    {"name": "colour"}, {"name": "brightness", "desired": {"value": "bright"}}])");
  const auto issues =
      check_device(parse_device(document).value(), parse_device_model(dimmer_model()).value());
  ASSERT_EQ(issues.size(), 5u);
  EXPECT_EQ(issues[0].path, "spec.properties[0].desired.value");
  EXPECT_EQ(issues[0].reason, "OutOfRange");
  EXPECT_EQ(issues[0].message, "140 is out of range: property brightness must be between 0 and 100");
  EXPECT_EQ(issues[1].reason, "ReadOnly");
  EXPECT_EQ(issues[2].reason, "UnknownProperty");
  EXPECT_EQ(issues[3].reason, "Duplicate");
  EXPECT_EQ(issues[4].reason, "BadValue");
}

TEST(Device, ErrorsNameTheFieldByItsPath) {
  const std::pair<const char*, json> wrong[] = {
      {"/spec/properties/0/collectCycle", "fast"}, {"/spec/properties/0/collectCycle", -1},
      {"/spec/properties/0/desired/value", 5},     {"/spec/properties", "none"},
      {"/spec/nodeName", json::array()},           {"/metadata/name", "No Name"},
      {"/metadata/resourceVersion", "new"},        {"/spec/protocol/configData", 3}};
  for (const auto& [pointer, value] : wrong) {
    auto document = desk_lamp();
    document[json::json_pointer(pointer)] = value;
    const auto device = parse_device(document);
    ASSERT_TRUE(device.has_error()) << pointer;
  }
  auto document = desk_lamp();
  document["spec"]["properties"][1]["collectCycle"] = "fast";
  EXPECT_EQ(parse_device(document).error().text,
            "Device: spec.properties[1].collectCycle must be a whole number of milliseconds");
}

TEST(Device, RefusesGarbage) {
  for (const char* text :
       {"null", "[]", "3", "\"Device\"", "{}", R"({"metadata":[]})", R"({"metadata":{"name":7}})"}) {
    EXPECT_TRUE(parse_device(json::parse(text)).has_error()) << text;
    EXPECT_TRUE(parse_device_model(json::parse(text)).has_error()) << text;
  }
}

}  // namespace
}  // namespace hearth::device
