// SPDX-License-Identifier: Apache-2.0
// Whatever comes in wrong gets a clear error where the user looks for it, and nothing stops.
#include <gmock/gmock.h>

#include "tests/e2e/system.hpp"

namespace hearth::e2e {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class BadInput : public SystemTest {
 protected:
  static std::string lamp(const std::string& spec_lines) {
    return "apiVersion: devices.kubeedge.io/v1beta1\nkind: Device\nmetadata: {name: wrong}\nspec:\n" +
           spec_lines;
  }

  void publish(const std::string& topic, const std::string& payload) const {
    // By file: a payload may be longer than an argument.
    const auto file = folder().write("payload", payload);
    ASSERT_EQ(run(find_program("mosquitto_pub"),
                  {"-p", std::to_string(broker_port()), "-q", "1", "-t", topic, "-f", file.string()})
                  .status,
              0);
  }
};

TEST_F(BadInput, InAManifestIsRefusedByTheApiWithTheFieldsPath) {
  ASSERT_NO_FATAL_FAILURE(start_all_with_devices());
  const auto unknown = kubectl({"create", "-f", "-"}, lamp("  nodeNam: edge-1\n"));
  EXPECT_EQ(unknown.status, 1);
  EXPECT_THAT(unknown.err, HasSubstr("nodeNam"));
  const auto wrong_type = kubectl({"create", "--validate=false", "-f", "-"}, lamp("  nodeName: 7\n"));
  EXPECT_THAT(wrong_type.err, AllOf(HasSubstr("spec.nodeName"), HasSubstr("must be of type string")));
  const auto out_of_range =
      kubectl({"create", "-f", "-"}, lamp("  deviceModelRef: {name: dimmer}\n"
                                          "  properties: [{name: brightness, desired: {value: \"300\"}}]\n"));
  EXPECT_THAT(out_of_range.err, HasSubstr("spec.properties[0].desired.value"));
  const auto bad_range = desire("lamp", std::string(70'000, 'x'));
  EXPECT_EQ(bad_range.status, 1) << "a value above 64 KiB";
}

TEST_F(BadInput, OfAMissingModelEndsAsAConditionAndHealsWhenItComes) {
  ASSERT_NO_FATAL_FAILURE(start_all_with_devices());
  const auto spec =
      "  deviceModelRef: {name: later}\n  nodeName: edge-1\n  protocol: {protocolName: virtual}\n"
      "  properties: [{name: power, desired: {value: \"ON\"}}]\n";
  ASSERT_EQ(kubectl({"create", "-f", "-"}, lamp(spec)).status, 0);
  ASSERT_TRUE(eventually([&] { return condition_reason("wrong", "ModelReady") == "ModelMissing"; }))
      << device("wrong").dump(2);
  const auto model = R"(
apiVersion: devices.kubeedge.io/v1beta1
kind: DeviceModel
metadata: {name: later}
spec: {protocol: virtual, properties: [{name: power, type: STRING, accessMode: ReadWrite}]}
)";
  ASSERT_EQ(kubectl({"create", "-f", "-"}, model).status, 0);
  ASSERT_NO_FATAL_FAILURE(expect_reported("wrong", "power", "ON"));
}

TEST_F(BadInput, InAVisitorsConfigEndsAsAConditionWithThePath) {
  ASSERT_NO_FATAL_FAILURE(start_all_with_devices());
  const auto spec =
      "  deviceModelRef: {name: lamp}\n  nodeName: edge-1\n  protocol: {protocolName: virtual}\n"
      "  properties: [{name: power, visitors: {protocolName: virtual, configData: {latncyMs: 5}}}]\n";
  ASSERT_EQ(kubectl({"create", "-f", "-"}, lamp(spec)).status, 0);
  ASSERT_TRUE(eventually([&] { return condition_reason("wrong", "MapperReady") == "ConfigInvalid"; }))
      << device("wrong").dump(2);
  EXPECT_THAT(kubectl({"describe", "device", "wrong"}).out, HasSubstr("latncyMs"));
}

TEST_F(BadInput, InAConfigFileIsToldWithItsPlaceAndStatusTwo) {
  const auto file =
      folder().write("host.yaml", "nodeName: edge-1\nbrokr: managed\nlogLevel: loud\n").string();
  for (const char* program : {"hearth-host", "hearth-cloud"}) {
    const auto refused = run(binary(program), {"--config", file, "--test-config"});
    EXPECT_EQ(refused.status, 2) << program;
    EXPECT_THAT(refused.err, HasSubstr(file + ":")) << program;
  }
  const auto host = run(binary("hearth-host"), {"--config", file});
  EXPECT_EQ(host.status, 2);
  EXPECT_THAT(host.err, AllOf(HasSubstr(file + ":2:1:"), HasSubstr("did you mean \"broker\"?"),
                              HasSubstr(file + ":3:11:")));
  const auto broken = folder().write("cloud.yaml", "dataDir: [\n").string();
  EXPECT_EQ(run(binary("hearth-cloud"), {"--config", broken}).status, 2);
  const auto good = folder().write("good.yaml", "nodeName: edge-1\n").string();
  EXPECT_EQ(run(binary("hearth-host"), {"--config", good, "--test-config"}).status, 0);
}

TEST_F(BadInput, OnMqttIsAnsweredCountedAndStopsNothing) {
  ASSERT_NO_FATAL_FAILURE(start_all_with_devices());
  Process subscriber(
      find_program("mosquitto_sub"),
      {"-p", std::to_string(broker_port()), "-t", "$hw/events/device/+/+/twin/update/result", "-v"},
      folder().path() / "sub.log");
  ASSERT_TRUE(eventually([&] { return subscriber.output().find("result {") != std::string::npos; }));
  publish("$hw/events/device/default/lamp/twin/update", "no json");
  publish("$hw/events/device/default/lamp/twin/update", R"({"event_id":"n","twin":{"power":{"actual":{}}}})");
  publish("$hw/events/device/default/nobody/twin/update",
          R"({"event_id":"u","twin":{"power":{"actual":{"value":"1"}}}})");
  publish("$hw/events/device/default/lamp/twin/get", std::string(2'000'000, '['));
  publish("$hw/events/device/default/lamp/state/update", R"({"state":7})");
  EXPECT_TRUE(eventually([&] {
    const auto seen = subscriber.output();
    return seen.find("\"code\":400") != std::string::npos && seen.find("\"code\":404") != std::string::npos;
  })) << subscriber.output();
  ASSERT_EQ(desire("lamp", "ON").status, 0);
  ASSERT_NO_FATAL_FAILURE(expect_reported("lamp", "power", "ON"));
}

TEST_F(BadInput, RetainedCommandIsRefused) {
  ASSERT_NO_FATAL_FAILURE(start_broker());
  ASSERT_EQ(run(find_program("mosquitto_pub"),
                {"-p", std::to_string(broker_port()), "-r", "-q", "1", "-t",
                 "$hw/events/device/default/lamp/twin/update/delta", "-m", R"({"delta":{"power":"ON"}})"})
                .status,
            0);
  std::filesystem::create_directories(mappers());
  std::filesystem::copy_file(mapper_file("virtual"), mappers() / "virtual.so");
  ASSERT_NO_FATAL_FAILURE(start_cloud());
  ASSERT_NO_FATAL_FAILURE(start_host());
  EXPECT_TRUE(eventually([&] { return host().output().find("retained message") != std::string::npos; }))
      << host().output();
}

}  // namespace
}  // namespace hearth::e2e
