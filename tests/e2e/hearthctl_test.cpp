// SPDX-License-Identifier: Apache-2.0
// hearthctl does what the demo needs, without kubectl.
#include <gmock/gmock.h>

#include <csignal>

#include "tests/e2e/mqtt_client.hpp"
#include "tests/e2e/system.hpp"

namespace hearth::e2e {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;

class Hearthctl : public SystemTest {
 protected:
  void SetUp() override { ASSERT_NO_FATAL_FAILURE(start_all()); }
  std::string configs(const char* folder) const { return (source_dir() / "configs" / folder).string(); }
};

TEST_F(Hearthctl, AppliesSetsShowsAndDeletes) {
  const auto applied = hearthctl({"apply", "-f", configs("models"), "-f", configs("devices")});
  ASSERT_EQ(applied.status, 0) << applied.err;
  EXPECT_THAT(applied.out, HasSubstr("device.devices.kubeedge.io/lamp created"));
  EXPECT_THAT(hearthctl({"apply", "-f", configs("devices")}).out,
              HasSubstr("device.devices.kubeedge.io/lamp unchanged"));

  const auto set = hearthctl({"set", "lamp", "power=ON", "--wait=60"});
  EXPECT_EQ(set.status, 0) << set.err;
  EXPECT_THAT(set.out, HasSubstr("power=ON reported"));
  EXPECT_THAT(hearthctl({"get", "devices"}).out, HasSubstr("power=ON"));
  EXPECT_EQ(nlohmann::json::parse(hearthctl({"get", "device", "lamp", "-o", "json"}).out)["kind"], "Device");

  EXPECT_EQ(hearthctl({"delete", "device", "lamp"}).status, 0);
  EXPECT_NE(hearthctl({"get", "device", "lamp"}).status, 0);
}

TEST_F(Hearthctl, GoesOnShowingEventDataOverARestartOfTheCloud) {
  ASSERT_TRUE(eventually([&] { return host().output().find("edgehub: linked to") != std::string::npos; }));
  MqttClient application(broker_port(), {});
  const auto tell = [&](const std::string& text) {
    EXPECT_TRUE(application.publish("$ke/events/device/default/lamp/data/update", text));
  };
  Process tail(binary("hearthctl"), {"--kubeconfig", (cloud_dir() / "kubeconfig").string(), "data", "-f"},
               folder().path() / "tail.log");
  const auto shows = [&](const std::string& text) {
    return eventually([&] { return tail.output().find(text) != std::string::npos; });
  };
  // A tail begins with what comes after it: until it is there, again.
  EXPECT_TRUE(eventually([&] {
    tell("before");
    return tail.output().find("before") != std::string::npos;
  })) << tail.output();
  EXPECT_EQ(cloud().stop(), 0);
  EXPECT_TRUE(shows("note: the cloud is away")) << tail.output();
  tell("meanwhile");
  ASSERT_NO_FATAL_FAILURE(start_cloud());
  EXPECT_TRUE(shows("note: the cloud is back")) << tail.output();
  EXPECT_TRUE(shows("meanwhile")) << tail.output();
  tell("later");
  EXPECT_TRUE(shows("later")) << tail.output();
  ::kill(tail.pid(), SIGINT);
  EXPECT_EQ(tail.wait(), 130);
}

TEST_F(Hearthctl, TellsWhatIsWrongAndWhatWasMeant) {
  ASSERT_EQ(hearthctl({"apply", "-f", configs("models"), "-f", configs("devices")}).status, 0);
  const auto typo = hearthctl({"set", "lamp", "powr=ON"});
  EXPECT_EQ(typo.status, 1);
  EXPECT_THAT(typo.err, HasSubstr("did you mean"));
  const auto broken = folder().write("broken.yaml", "apiVersion: v1\nkind: [Device\n");
  const auto refused = hearthctl({"apply", "-f", broken.string()});
  EXPECT_EQ(refused.status, 1);
  EXPECT_THAT(refused.err, HasSubstr("broken.yaml:"));
}

TEST_F(Hearthctl, PrintsAJoinTokenOfTheCloud) {
  const auto token = run(binary("hearthctl"), {"token", "--data-dir", cloud_dir().string()});
  EXPECT_EQ(token.status, 0) << token.err;
  EXPECT_THAT(token.out, MatchesRegex("[0-9a-f]{64}\\.[^.]+\\.[^.]+\\.[^.]+\n"));
}

TEST_F(Hearthctl, IsKubectlsPluginToo) {
  const auto plugin_dir = folder().path() / "plugins";
  std::filesystem::create_directories(plugin_dir);
  std::filesystem::create_symlink(binary("hearthctl"), plugin_dir / "kubectl-hearth");
  const auto shown = run(find_program("kubectl"), {"hearth", "get", "nodes"},
                         {{"PATH", plugin_dir.string() + ":" + std::getenv("PATH")},
                          {"KUBECONFIG", (cloud_dir() / "kubeconfig").string()}});
  EXPECT_EQ(shown.status, 0) << shown.err;
}

}  // namespace
}  // namespace hearth::e2e
