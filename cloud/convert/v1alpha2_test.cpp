// SPDX-License-Identifier: Apache-2.0
#include "cloud/convert/v1alpha2.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "cloud/convert/left_over.hpp"

namespace hearth::convert {
namespace {

using nlohmann::json;

const json kOldModbus = json::parse(R"({
  "apiVersion": "devices.kubeedge.io/v1alpha2", "kind": "Device", "metadata": {"name": "meter"},
  "spec": {
    "deviceModelRef": {"name": "meter-model"},
    "nodeSelector": {"nodeSelectorTerms": [{"matchExpressions": [{"key": "", "operator": "In", "values": ["edge-1"]}]}]},
    "protocol": {
      "modbus": {"slaveID": 1},
      "common": {"com": {"serialPort": "/dev/ttyS0", "baudRate": 9600, "parity": "even"}, "collectType": "sync",
                 "customizedValues": {"interval": 5}}},
    "propertyVisitors": [
      {"propertyName": "power", "reportCycle": 1000, "collectCycle": 500, "customizedValues": {"word": "low"},
       "modbus": {"register": "HoldingRegister", "offset": 2, "limit": 1, "scale": 0.1, "isSwap": true}}],
    "data": {"dataTopic": "plant/meter", "dataProperties": [{"propertyName": "power"}]}},
  "status": {"twins": [{"propertyName": "power", "desired": {"value": "10"}, "reported": {"value": "9"}}]}})");

TEST(ToV1Beta1, FlattensTheProtocolAndJoinsVisitorsAndDesiredToTheirProperty) {
  const auto made = device_to_v1beta1(kOldModbus);
  EXPECT_EQ(made, json::parse(R"({
    "apiVersion": "devices.kubeedge.io/v1beta1", "kind": "Device", "metadata": {"name": "meter"},
    "spec": {
      "deviceModelRef": {"name": "meter-model"}, "nodeName": "edge-1",
      "protocol": {"protocolName": "modbus", "configData": {"slaveID": 1, "serialPort": "/dev/ttyS0", "baudRate": 9600,
                   "parity": "even", "collectType": "sync", "interval": 5}},
      "properties": [{"name": "power", "reportCycle": 1000, "collectCycle": 500, "desired": {"value": "10"},
        "pushMethod": {"mqtt": {"topic": "plant/meter"}},
        "visitors": {"protocolName": "modbus", "configData": {"register": "HoldingRegister", "offset": 2, "limit": 1,
                     "scale": 0.1, "isSwap": true, "word": "low"}}}]},
    "status": {"twins": [{"propertyName": "power", "reported": {"value": "9"}}]}})"));
}

TEST(ToV1Alpha2, PutsTheSettingsBackWhereTheyWere) {
  auto back = device_to_v1alpha2(device_to_v1beta1(kOldModbus));
  EXPECT_EQ(back["spec"]["protocol"], kOldModbus["spec"]["protocol"]);
  EXPECT_EQ(back["spec"]["nodeSelector"], kOldModbus["spec"]["nodeSelector"]);
  EXPECT_EQ(back["spec"]["propertyVisitors"], kOldModbus["spec"]["propertyVisitors"]);
  EXPECT_EQ(back["status"], kOldModbus["status"]);
}

json new_device(const std::string& spec) {
  return {{"apiVersion", "devices.kubeedge.io/v1beta1"},
          {"kind", "Device"},
          {"metadata", {{"name", "d"}, {"annotations", {{"mine", "1"}}}}},
          {"spec", json::parse(spec)}};
}

TEST(V1Beta1, ComesBackWholeFromV1Alpha2) {
  const std::vector<json> devices{
      new_device("{}"), new_device(R"({"nodeName": "edge-1", "deviceModelRef": {"name": "m"}})"),
      new_device(R"({"protocol": {"protocolName": "virtual", "configData": {"a": {"b": 1}}},
                     "properties": [{"name": "p", "desired": {"value": "1"}, "reportToCloud": true,
                       "pushMethod": {"http": {"hostName": "h", "port": 1}},
                       "visitors": {"protocolName": "virtual", "configData": {"file": "f"}}}]})"),
      new_device(R"({"protocol": {"protocolName": "bluetooth", "configData": {"macAddress": "A", "pin": "1"}},
                     "methods": [{"name": "on"}], "stateReport": {"reportCycle": 5},
                     "properties": [{"name": "p", "visitors": {"protocolName": "bluetooth",
                       "configData": {"characteristicUUID": "u", "endian": "big"}}}]})"),
      new_device(
          R"({"protocol": {"protocolName": "opcua", "configData": {"url": "opc.tcp://x", "timeout": 5}},
                     "properties": [{"name": "p"}]})")};
  for (auto device : devices) {
    device["status"] = json::parse(R"({"state": "online", "lastOnlineTime": "t",
                                       "twins": [{"propertyName": "x", "reported": {"value": "1"}}]})");
    EXPECT_EQ(device_to_v1beta1(device_to_v1alpha2(device)), device);
  }
}

TEST(V1Alpha2, KeepsASelectorThatNamesNoOneNode) {
  auto device = kOldModbus;
  device["spec"]["nodeSelector"]["nodeSelectorTerms"][0]["matchExpressions"][0]["values"] = {"a", "b"};
  const auto made = device_to_v1beta1(device);
  EXPECT_FALSE(made["spec"].contains("nodeName"));
  EXPECT_EQ(device_to_v1alpha2(made)["spec"]["nodeSelector"], device["spec"]["nodeSelector"]);
  EXPECT_FALSE(device_to_v1alpha2(made)["metadata"].contains("annotations"));
}

TEST(Model, ChangesItsTypesBothWays) {
  const auto old = json::parse(R"({
    "apiVersion": "devices.kubeedge.io/v1alpha2", "kind": "DeviceModel", "metadata": {"name": "m"},
    "spec": {"protocol": "modbus", "properties": [
      {"name": "t", "description": "temperature",
       "type": {"int": {"accessMode": "ReadOnly", "minimum": 1, "maximum": 100, "unit": "C", "defaultValue": 5}}},
      {"name": "s", "type": {"string": {"accessMode": "ReadWrite"}}}]}})");
  const auto made = model_to_v1beta1(old);
  EXPECT_EQ(made["spec"], json::parse(R"({"protocol": "modbus", "properties": [
      {"name": "t", "description": "temperature", "type": "INT", "accessMode": "ReadOnly", "minimum": "1",
       "maximum": "100", "unit": "C"},
      {"name": "s", "type": "STRING", "accessMode": "ReadWrite"}]})"));
  EXPECT_EQ(model_to_v1alpha2(made), old);
}

TEST(Model, ComesBackWholeFromV1Alpha2) {
  const auto model = json::parse(R"({
    "apiVersion": "devices.kubeedge.io/v1beta1", "kind": "DeviceModel", "metadata": {"name": "m"},
    "spec": {"protocol": "x", "protocolConfigData": {"a": 1}, "properties": [
      {"name": "v", "type": "STREAM"},
      {"name": "p", "type": "FLOAT", "accessMode": "ReadWrite", "minimum": "0.5",
       "visitors": {"protocolName": "x", "configData": {"k": 1}}}]}})");
  EXPECT_EQ(model_to_v1beta1(model_to_v1alpha2(model)), model);
}

/// What no conversion touches.
json beside_spec_and_version(json object) {
  for (const char* name : {"apiVersion", "spec", "status"})
    object.erase(name);
  take_left_over(object);
  return object;
}

void expect_all_else_as_it_was(const json& given, const json& made, const std::string& version) {
  SCOPED_TRACE(given.dump() + " to " + version);
  if (!given.is_object()) {
    EXPECT_EQ(made, given);
    return;
  }
  EXPECT_EQ(made.at("apiVersion"), "devices.kubeedge.io/" + version);
  EXPECT_EQ(beside_spec_and_version(made).value("metadata", json::object()),
            beside_spec_and_version(given).value("metadata", json::object()));
  EXPECT_NE(made.value("spec", json::object()), json()) << "a spec of nothing was made";
}

TEST(Conversion, TakesGarbageAsItIs) {
  for (const char* text :
       {"null", "1", "[]", "{}", R"({"spec": 1})", R"({"spec": {"properties": {}}, "status": 5})",
        R"({"spec": {"properties": [1, {"name": 2}], "protocol": 3}, "metadata": []})",
        R"({"spec": {"propertyVisitors": ["x", {"modbus": 1}], "protocol": {"modbus": 1, "common": 2}}})",
        R"({"spec": {"nodeSelector": {"nodeSelectorTerms": [{"matchExpressions": ["x"]}]}, "data": "x"}})",
        R"({"status": {"twins": 5}, "metadata": {"annotations": {"devices.kubeedge.io/left-over": "{"}}})",
        R"({"status": {"twins": ["x", {"desired": 1}]}, "metadata": {"annotations": "x"}})",
        R"({"spec": {"properties": [{"name": "p", "type": {"int": 5}}, "x"]}})"}) {
    const auto value = json::parse(text);
    expect_all_else_as_it_was(value, device_to_v1beta1(value), "v1beta1");
    expect_all_else_as_it_was(value, model_to_v1beta1(value), "v1beta1");
    expect_all_else_as_it_was(value, device_to_v1alpha2(value), "v1alpha2");
    expect_all_else_as_it_was(value, model_to_v1alpha2(value), "v1alpha2");
  }
}

}  // namespace
}  // namespace hearth::convert
