// SPDX-License-Identifier: Apache-2.0
// What a user does with stock kubectl against the running system.
#include <gmock/gmock.h>

#include "tests/e2e/system.hpp"

namespace hearth::e2e {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;

class KubernetesApi : public SystemTest {
 protected:
  void SetUp() override { ASSERT_NO_FATAL_FAILURE(start_all_with_devices()); }
};

TEST_F(KubernetesApi, ShowsDevicesAsATableWithTheirValues) {
  ASSERT_EQ(desire("lamp", "ON").status, 0);
  ASSERT_NO_FATAL_FAILURE(expect_reported("lamp", "power", "ON"));
  const auto table = kubectl({"get", "dev", "lamp"});
  EXPECT_THAT(table.out, MatchesRegex("NAME +NODE +MODEL +PROTOCOL +STATE +VALUES +AGE\n"
                                      "lamp +edge-1 +lamp +virtual +online +power=ON +[0-9ms]+\n"));
  EXPECT_THAT(kubectl({"get", "dm"}).out, HasSubstr("thermometer"));
  EXPECT_THAT(kubectl({"get", "nodes"}).out,
              MatchesRegex("NAME +STATUS +ROLES +AGE +VERSION\nedge-1 +Ready +edge .*\n"));
}

TEST_F(KubernetesApi, DescribesADeviceWithItsConditionsAndEvents) {
  ASSERT_TRUE(eventually([&] {
    return kubectl({"describe", "device", "lamp"}).out.find("device-controller") != std::string::npos;
  })) << kubectl({"describe", "device", "lamp"}).out;
  const auto text = kubectl({"describe", "device", "lamp"}).out;
  EXPECT_THAT(text, HasSubstr("MapperReady"));
  EXPECT_THAT(text, HasSubstr("Events:"));
}

TEST_F(KubernetesApi, DescribesANodeWithItsLeaseItsAddressAndItsReadiness) {
  std::string text;
  EXPECT_TRUE(eventually([&] {
    text = kubectl({"describe", "node", "edge-1"}).out;
    return text.find("RenewTime:") != std::string::npos;
  })) << text;
  EXPECT_THAT(text, MatchesRegex(".*HolderIdentity: +edge-1\n.*RenewTime: +[^<].*"));
  EXPECT_THAT(text, MatchesRegex(".*\n  Ready +True .*InternalIP: +127\\.0\\.0\\.1\n.*"));
  EXPECT_THAT(text, Not(HasSubstr("Failed to get lease")));
  EXPECT_THAT(kubectl({"get", "nodes", "-o", "wide", "--no-headers"}).out,
              MatchesRegex("edge-1 +Ready +edge .* 127\\.0\\.0\\.1 .*\n"));
}

TEST_F(KubernetesApi, TakesCreatePatchEditLabelAndDelete) {
  const auto manifest = R"(
apiVersion: devices.kubeedge.io/v1beta1
kind: Device
metadata: {name: second-lamp, labels: {room: hall}}
spec:
  deviceModelRef: {name: lamp}
  nodeName: edge-1
  protocol: {protocolName: virtual}
  properties: [{name: power, desired: {value: "OFF"}}]
)";
  EXPECT_EQ(kubectl({"create", "-f", "-"}, manifest).out, "device.devices.kubeedge.io/second-lamp created\n");
  ASSERT_NO_FATAL_FAILURE(expect_reported("second-lamp", "power", "OFF"));
  EXPECT_THAT(kubectl({"create", "-f", "-"}, manifest).err, HasSubstr("AlreadyExists"));
  EXPECT_EQ(kubectl({"label", "device", "second-lamp", "floor=1"}).status, 0);
  EXPECT_EQ(kubectl({"get", "dev", "-l", "floor=1,room=hall", "-o", "name"}).out,
            "device.devices.kubeedge.io/second-lamp\n");
  EXPECT_EQ(kubectl({"patch", "device", "second-lamp", "--type=merge", "-p",
                     R"({"metadata":{"annotations":{"note":"x"}}})"})
                .status,
            0);
  const auto editor =
      folder().write("editor", "#!/bin/sh\nsed -i 's/value: \"\\?OFF\"\\?$/value: \"ON\"/' \"$1\"\n");
  std::filesystem::permissions(editor, std::filesystem::perms::owner_all);
  const auto edited =
      run(find_program("kubectl"),
          {"--kubeconfig", (cloud_dir() / "kubeconfig").string(), "edit", "device", "second-lamp"},
          {{"KUBE_EDITOR", editor.string()}, {"HOME", folder().path().string()}});
  EXPECT_EQ(edited.status, 0) << edited.err;
  ASSERT_NO_FATAL_FAILURE(expect_reported("second-lamp", "power", "ON"));
  EXPECT_EQ(kubectl({"delete", "device", "second-lamp"}).status, 0);
  EXPECT_THAT(kubectl({"get", "device", "second-lamp"}).err, HasSubstr("NotFound"));
}

TEST_F(KubernetesApi, LetsADeletedDeviceComeBackWithoutItsPast) {
  ASSERT_EQ(desire("lamp", "ON").status, 0);
  ASSERT_NO_FATAL_FAILURE(expect_reported("lamp", "power", "ON"));
  const auto old_uid = device("lamp").value("/metadata/uid"_json_pointer, "");
  ASSERT_EQ(kubectl({"delete", "device", "lamp"}).status, 0);
  ASSERT_EQ(kubectl({"apply", "-f", (source_dir() / "configs" / "devices" / "lamp.yaml").string()}).status,
            0);
  ASSERT_NO_FATAL_FAILURE(expect_reported("lamp", "power", "OFF"));
  EXPECT_NE(device("lamp").value("/metadata/uid"_json_pointer, ""), old_uid);
}

TEST_F(KubernetesApi, ExplainsAndListsWhatItServes) {
  EXPECT_THAT(kubectl({"explain", "device.spec.nodeName"}).out, HasSubstr("nodeName"));
  const auto resources = kubectl({"api-resources"}).out;
  for (const char* line : {"devices ", "devicemodels ", "dev ", "dm ", "namespaces", "nodes", "events"}) {
    EXPECT_THAT(resources, HasSubstr(line));
  }
}

TEST_F(KubernetesApi, AppliesTheSameManifestUnchanged) {
  const auto file = (source_dir() / "configs" / "devices" / "lamp.yaml").string();
  EXPECT_EQ(kubectl({"apply", "-f", file}).out, "device.devices.kubeedge.io/lamp unchanged\n");
}

TEST_F(KubernetesApi, KeepsItsObjectsOverAKill) {
  cloud().kill();
  ASSERT_NO_FATAL_FAILURE(start_cloud());
  EXPECT_EQ(device("lamp").value("/spec/nodeName"_json_pointer, ""), "edge-1");
}

TEST_F(KubernetesApi, KeepsAModelThatADeviceRefersTo) {
  const auto refused = kubectl({"delete", "devicemodel", "lamp"});
  EXPECT_NE(refused.status, 0);
  EXPECT_THAT(refused.err, HasSubstr("devicemodels.devices.kubeedge.io \"lamp\" is forbidden: "
                                     "spec.deviceModelRef.name of Device \"lamp\" refers to it"));
  EXPECT_EQ(kubectl({"delete", "devicemodel", "lamp", "--force"}).status, 0);
  ASSERT_TRUE(eventually([&] { return condition_reason("lamp", "ModelReady") == "ModelMissing"; }));
}

TEST_F(KubernetesApi, RefusesWhoHasNoCertificate) {
  const auto kubeconfig = read_text(cloud_dir() / "kubeconfig");
  const auto stripped =
      folder().write("anonymous", kubeconfig.substr(0, kubeconfig.find("    client-certificate-data")) +
                                      "    token: none\n");
  const auto refused = run(find_program("kubectl"), {"--kubeconfig", stripped.string(), "get", "devices"},
                           {{"HOME", folder().path().string()}});
  EXPECT_NE(refused.status, 0);
  EXPECT_THAT(refused.err,
              testing::AnyOf(HasSubstr("Unauthorized"), HasSubstr("logged in"), HasSubstr("credentials")));
}

}  // namespace
}  // namespace hearth::e2e
