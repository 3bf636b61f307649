// SPDX-License-Identifier: Apache-2.0
// A desired value goes down to the appliance, a reported one comes up, and every part may be away for a while.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include "tests/e2e/system.hpp"

namespace hearth::e2e {
namespace {

using testing::HasSubstr;

class BothDirections : public SystemTest {
 protected:
  /// A lamp whose switch is a file, so that the test can press it.
  std::string lamp_with_a_switch(const std::string& desired) const {
    return fmt::format(R"(
apiVersion: devices.kubeedge.io/v1beta1
kind: Device
metadata: {{name: wall-lamp}}
spec:
  deviceModelRef: {{name: lamp}}
  nodeName: edge-1
  protocol: {{protocolName: virtual}}
  properties:
  - name: power
    collectCycle: 100
    {}
    visitors: {{protocolName: virtual, configData: {{file: {}}}}}
)",
                       desired, wall_switch().string());
  }
  std::filesystem::path wall_switch() const { return folder().path() / "wall-switch"; }
};

TEST_F(BothDirections, DesiredValueSwitchesTheLampAndComesBackReported) {
  ASSERT_NO_FATAL_FAILURE(start_all_with_devices());
  ASSERT_EQ(desire("lamp", "ON").status, 0);
  ASSERT_NO_FATAL_FAILURE(expect_reported("lamp", "power", "ON"));
  ASSERT_TRUE(eventually([&] {
    const auto object = device("lamp");
    return object.value("/status/twins/0/observedDesired/value"_json_pointer, "") == "ON" &&
           object.value("/status/state"_json_pointer, "") == "online";
  })) << device("lamp").dump(2);
  EXPECT_EQ(kubectl({"get", "device", "lamp", "-o", "jsonpath={.status.twins[0].reported.value}"}).out, "ON");
}

TEST_F(BothDirections, ValueChangedAtTheDeviceAppearsAndWakesAWatch) {
  ASSERT_NO_FATAL_FAILURE(start_all_with_devices());
  folder().write("wall-switch", "OFF");
  ASSERT_EQ(kubectl({"apply", "-f", "-"}, lamp_with_a_switch("reportToCloud: true")).status, 0);
  ASSERT_NO_FATAL_FAILURE(expect_reported("wall-lamp", "power", "OFF"));

  Process watch(find_program("kubectl"),
                {"--kubeconfig", (cloud_dir() / "kubeconfig").string(), "get", "device", "wall-lamp", "-w"},
                folder().path() / "watch.log", {{"HOME", folder().path().string()}});
  ASSERT_TRUE(eventually([&] { return watch.output().find("power=OFF") != std::string::npos; }))
      << watch.output();
  folder().write("wall-switch", "ON");
  EXPECT_TRUE(eventually([&] { return watch.output().find("power=ON") != std::string::npos; }))
      << watch.output();
  EXPECT_THAT(kubectl({"get", "device", "wall-lamp", "-o", "yaml"}).out, HasSubstr("value: \"ON\""));
}

TEST_F(BothDirections, TrafficIsOnMqttAndTheTwinIsInSqlite) {
  ASSERT_NO_FATAL_FAILURE(start_all_with_devices());
  Process subscriber(find_program("mosquitto_sub"),
                     {"-p", std::to_string(broker_port()), "-t", "$hw/events/device/#", "-v"},
                     folder().path() / "sub.log");
  // The thermometer's reports show that the subscription stands.
  ASSERT_TRUE(
      eventually([&] { return subscriber.output().find("thermometer/twin/update") != std::string::npos; }));
  ASSERT_EQ(desire("lamp", "ON").status, 0);
  ASSERT_NO_FATAL_FAILURE(expect_reported("lamp", "power", "ON"));
  for (const char* topic :
       {"$hw/events/device/default/lamp/twin/update/delta {", "$hw/events/device/default/lamp/twin/update {",
        "$hw/events/device/default/lamp/twin/update/result {",
        "$hw/events/device/default/lamp/twin/update/document {"}) {
    EXPECT_TRUE(eventually([&] { return subscriber.output().find(topic) != std::string::npos; })) << topic;
  }
  const auto rows =
      run(find_program("sqlite3"),
          {"-readonly", (edge_dir() / "hearth-host.db").string(),
           "SELECT deviceid || ' ' || name || ' ' || expected || ' ' || actual FROM device_twin"});
  EXPECT_THAT(rows.out, HasSubstr("default/lamp power ON ON")) << rows.err;
}

TEST_F(BothDirections, HostThatWasKilledGoesOnByItself) {
  ASSERT_NO_FATAL_FAILURE(start_all_with_devices());
  host().kill();
  ASSERT_EQ(desire("lamp", "ON").status, 0) << "a desired value may be set while the host is away";
  ASSERT_NO_FATAL_FAILURE(start_host());
  ASSERT_NO_FATAL_FAILURE(expect_reported("lamp", "power", "ON"));
}

TEST_F(BothDirections, CloudThatWasKilledGoesOnByItself) {
  ASSERT_NO_FATAL_FAILURE(start_all_with_devices());
  folder().write("wall-switch", "OFF");
  ASSERT_EQ(kubectl({"apply", "-f", "-"}, lamp_with_a_switch("reportToCloud: true")).status, 0);
  ASSERT_NO_FATAL_FAILURE(expect_reported("wall-lamp", "power", "OFF"));
  cloud().kill();
  folder().write("wall-switch", "ON");
  ASSERT_NO_FATAL_FAILURE(start_cloud());
  ASSERT_NO_FATAL_FAILURE(expect_reported("wall-lamp", "power", "ON"));
  ASSERT_EQ(desire("lamp", "ON").status, 0);
  ASSERT_NO_FATAL_FAILURE(expect_reported("lamp", "power", "ON"));
}

TEST_F(BothDirections, WorkOnWithoutTheBrokerAndAfterIt) {
  ASSERT_NO_FATAL_FAILURE(start_all_with_devices());
  broker().kill();
  ASSERT_EQ(desire("lamp", "ON").status, 0);
  ASSERT_NO_FATAL_FAILURE(expect_reported("lamp", "power", "ON"));
  ASSERT_NO_FATAL_FAILURE(start_broker());
  ASSERT_EQ(desire("lamp", "OFF").status, 0);
  ASSERT_NO_FATAL_FAILURE(expect_reported("lamp", "power", "OFF"));
}

TEST_F(BothDirections, AllPartsRestartedInTheWrongOrderFindEachOther) {
  ASSERT_NO_FATAL_FAILURE(start_all_with_devices());
  cloud().kill();
  broker().kill();
  host().kill();
  ASSERT_NO_FATAL_FAILURE(start_cloud());
  cloud().kill();
  ASSERT_NO_FATAL_FAILURE(start_host());
  ASSERT_NO_FATAL_FAILURE(start_broker());
  ASSERT_NO_FATAL_FAILURE(start_cloud());
  ASSERT_EQ(desire("lamp", "ON").status, 0);
  ASSERT_NO_FATAL_FAILURE(expect_reported("lamp", "power", "ON"));
}

TEST_F(BothDirections, PartsStopCleanlyOnSigterm) {
  ASSERT_NO_FATAL_FAILURE(start_all_with_devices());
  EXPECT_EQ(host().stop(), 0);
  EXPECT_EQ(cloud().stop(), 0);
}

}  // namespace
}  // namespace hearth::e2e
