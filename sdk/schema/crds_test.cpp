// SPDX-License-Identifier: Apache-2.0
// The CustomResourceDefinitions that Hearth ships, against manifests as each KubeEdge generation writes them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "sdk/schema/structural.hpp"
#include "sdk/schema/yaml_document.hpp"

namespace hearth::schema {
namespace {

using nlohmann::json;
using testing::IsEmpty;

json read_crd(const std::string& name) {
  const std::string path = std::string(HEARTH_SOURCE_DIR) + "/configs/crds/" + name + ".yaml";
  std::stringstream text;
  text << std::ifstream(path).rdbuf();
  return parse_yaml_document(text.str(), path).value();
}

json schema_json(const std::string& name) {
  return read_crd(name).at("/spec/versions/0/schema/openAPIV3Schema"_json_pointer);
}

void expect_clean(const std::string& crd, std::string_view manifest) {
  const Schema schema = Schema::parse(schema_json(crd)).value();
  const YamlStream stream = read_yaml(manifest, "manifest.yaml");
  ASSERT_TRUE(stream.diagnostics.empty()) << print(stream.diagnostics);
  EXPECT_THAT(print(check_document(schema, stream.documents.at(0))), IsEmpty());
  json object = stream.documents[0].value();
  EXPECT_THAT(prune(schema, object), IsEmpty());
}

constexpr auto kDevice115 = R"(
apiVersion: devices.kubeedge.io/v1beta1
kind: Device
metadata: {name: lamp, namespace: default}
spec:
  deviceModelRef: {name: lamp-model}
  nodeName: edge-1
  protocol:
    protocolName: modbus
    configData: {ip: 192.168.0.1, port: 502, tls: null}
  properties:
    - name: power
      desired: {value: "ON", metadata: {type: string}}
      collectCycle: 2000
      reportCycle: 10000
      reportToCloud: true
      visitors:
        protocolName: modbus
        configData: {register: HoldingRegister, offset: 2, scale: 0.1, nested: {a: [1]}}
      pushMethod:
        http: {hostName: http://localhost, port: 80, requestPath: /x, timeout: 1000}
        mqtt: {address: tcp://127.0.0.1:1883, topic: t, qos: 0, retained: false}
        dbMethod:
          influxdb2:
            influxdb2ClientConfig: {url: u, org: o, bucket: b}
            influxdb2DataConfig: {measurement: m, tag: {a: b}, fieldKey: f}
status:
  twins:
    - propertyName: power
      reported: {value: "ON", metadata: {timestamp: "1700000000000", type: string}}
      observedDesired: {value: "ON", metadata: {timestamp: "1700000000000", type: string}}
)";

constexpr auto kDevice119 = R"(
apiVersion: devices.kubeedge.io/v1beta1
kind: Device
metadata: {name: lamp}
spec:
  deviceModelRef: {name: lamp-model}
  nodeName: edge-1
  protocol: {protocolName: virtual, configData: {}}
  methods:
    - {name: dim, description: Dims the lamp, propertyNames: [power, brightness]}
  properties:
    - name: power
      pushMethod:
        otel: {endpointURL: http://localhost:4318}
        dbMethod:
          redis:
            redisClientConfig: {addr: 127.0.0.1:6379, db: 0, poolsize: 30, minIdleConns: 30}
          TDEngine:
            TDEngineClientConfig: {addr: 127.0.0.1:6041, dbName: d}
          mysql:
            mysqlClientConfig: {addr: 127.0.0.1:3306, database: d, userName: u}
status: {state: online, lastOnlineTime: 2026-01-01T00:00:05Z, reportToCloud: true, reportCycle: 5000, twins: []}
)";

constexpr auto kDevice123 = R"(
apiVersion: devices.kubeedge.io/v1beta1
kind: Device
metadata: {name: lamp}
spec:
  deviceModelRef: {name: ""}
  stateReport: {reportToCloud: true, reportCycle: 5000}
  properties:
    - name: power
      pushMethod:
        anomalyDetection: {threshold: 3, model: {name: x}}
status:
  reportToCloud: true
  reportCycle: 5000
  values: power=ON
  observedGeneration: 3
  conditions:
    - {type: Ready, status: "True", observedGeneration: 3, lastTransitionTime: 2026-01-01T00:00:05Z, reason: Up, message: It is up}
)";

constexpr auto kModel = R"(
apiVersion: devices.kubeedge.io/v1beta1
kind: DeviceModel
metadata: {name: lamp-model}
spec:
  protocol: modbus
  protocolConfigData: {any: {thing: 1}}
  properties:
    - {name: power, description: on or off, type: STRING, accessMode: ReadWrite}
    - {name: heat, type: FLOAT, accessMode: ReadOnly, minimum: "0", maximum: "100", unit: Celsius}
    - name: video
      type: STREAM
      visitors: {protocolName: onvif, configData: {url: rtsp://x}}
)";

TEST(Crds, TakeDevicesOfEveryKubeEdgeGeneration) {
  expect_clean("devices", kDevice115);
  expect_clean("devices", kDevice119);
  expect_clean("devices", kDevice123);
}

TEST(Crds, TakeModelsWithAllTheirFields) {
  expect_clean("devicemodels", kModel);
}

TEST(Crds, RefuseAnUnknownPropertyType) {
  const Schema schema = Schema::parse(schema_json("devicemodels")).value();
  const auto found = validate(schema, json::parse(R"({"spec":{"properties":[{"type":"COLOR"}]}})"));
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].path, "spec.properties[0].type");
  EXPECT_EQ(found[0].message,
            "Unsupported value: \"COLOR\": supported values: \"INT\", \"FLOAT\", \"DOUBLE\", \"STRING\", "
            "\"BOOLEAN\", \"BYTES\", \"STREAM\"");
}

void expect_described(const json& schema, const std::string& path) {
  EXPECT_TRUE(schema.contains("description")) << path;
  const json none = json::object();
  const json& properties = schema.contains("properties") ? schema.at("properties") : none;
  for (const auto& [name, member] : properties.items())
    expect_described(member, path + "." + name);
  if (schema.contains("items")) expect_described(schema.at("items"), path + "[]");
}

TEST(Crds, DescribeEveryField) {
  for (const auto* name : {"devices", "devicemodels"})
    expect_described(schema_json(name), name);
}

TEST(Crds, NameTheKindsAndColumnsUsersRelyOn) {
  const json devices = read_crd("devices");
  EXPECT_EQ(devices.at("/spec/names/shortNames"_json_pointer), json::array({"dev"}));
  EXPECT_EQ(devices.at("/spec/versions/0/subresources"_json_pointer), json::parse(R"({"status":{}})"));
  std::string columns;
  for (const json& column : devices.at("/spec/versions/0/additionalPrinterColumns"_json_pointer)) {
    columns += column.at("name").get<std::string>() + " ";
  }
  EXPECT_EQ(columns, "Node Model Protocol State Values Age ");
  EXPECT_EQ(read_crd("devicemodels").at("/spec/names/shortNames"_json_pointer), json::array({"dm"}));
}

}  // namespace
}  // namespace hearth::schema
