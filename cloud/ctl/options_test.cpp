// SPDX-License-Identifier: Apache-2.0
#include "cloud/ctl/options.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "cloud/ctl/targets.hpp"
#include "tests/support/temp_folder.hpp"

namespace hearth::ctl {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class CommandLine : public testing::Test {
 protected:
  std::variant<Options, int> parse(std::vector<const char*> args) {
    args.insert(args.begin(), "hearthctl");
    return parse_command_line(static_cast<int>(args.size()), args.data(), out_, err_);
  }
  template <class T>
  T command(std::vector<const char*> args) {
    const auto parsed = parse(std::move(args));
    if (!std::holds_alternative<Options>(parsed)) throw std::runtime_error(err_.str());
    options_ = std::get<Options>(parsed);
    return std::get<T>(options_.command);
  }

  std::ostringstream out_;
  std::ostringstream err_;
  Options options_;
};

TEST_F(CommandLine, TakesManyFiles) {
  EXPECT_THAT(command<ApplyOptions>({"apply", "-f", "a.yaml", "-f", "-"}).files, ElementsAre("a.yaml", "-"));
}

TEST_F(CommandLine, TakesGlobalOptionsAnywhere) {
  const auto get =
      command<GetOptions>({"get", "devices", "lamp", "-o", "yaml", "-n", "garden", "--kubeconfig", "k"});
  EXPECT_THAT(get.args, ElementsAre("devices", "lamp"));
  EXPECT_EQ(get.output, Output::yaml);
  EXPECT_EQ(options_.ns, "garden");
  EXPECT_EQ(options_.kubeconfig, "k");
}

TEST_F(CommandLine, WaitsThirtySecondsUnlessTold) {
  EXPECT_EQ(command<SetOptions>({"set", "lamp", "power=ON"}).wait, std::nullopt);
  EXPECT_EQ(command<SetOptions>({"set", "lamp", "power=ON", "--wait"}).wait, std::chrono::seconds(30));
  const auto set = command<SetOptions>({"set", "lamp", "--wait=5", "power=ON", "level=3"});
  EXPECT_EQ(set.wait, std::chrono::seconds(5));
  EXPECT_THAT(set.assignments, ElementsAre("power=ON", "level=3"));
}

TEST_F(CommandLine, TakesTheTraceOptions) {
  const auto trace =
      command<TraceOptions>({"trace", "lamp", "--until-step", "9", "--timeout", "20", "--last"});
  EXPECT_EQ(trace.until_step, 9);
  EXPECT_EQ(trace.timeout, std::chrono::seconds(20));
  EXPECT_TRUE(trace.last);
  EXPECT_EQ(trace.host_url, "http://127.0.0.1:9101");

  const auto data = command<DataOptions>({"data", "--node", "edge-1", "--topic", "a/#", "-f"});
  EXPECT_EQ(data.node, "edge-1");
  EXPECT_EQ(data.topic, "a/#");
  EXPECT_TRUE(data.follow);
  EXPECT_FALSE(data.json);
}

TEST_F(CommandLine, AnswersHelpAndVersion) {
  EXPECT_EQ(std::get<int>(parse({"--version"})), kExitOk);
  EXPECT_THAT(out_.str(), HasSubstr("hearthctl " HEARTH_VERSION));
  EXPECT_EQ(std::get<int>(parse({"--help"})), kExitOk);
  EXPECT_THAT(out_.str(), HasSubstr("hearthctl set lamp power=ON --wait"));
}

TEST_F(CommandLine, RefusesWhatMakesNoSense) {
  for (const auto& args : std::vector<std::vector<const char*>>{{},
                                                                {"fly"},
                                                                {"apply"},
                                                                {"get"},
                                                                {"get", "devices", "-o", "xml"},
                                                                {"delete"},
                                                                {"set", "lamp"},
                                                                {"delete", "device", "lamp", "-f", "x.yaml"},
                                                                {"trace", "lamp", "--until-step", "10"}}) {
    EXPECT_EQ(std::get<int>(parse(args)), kExitUsage) << (args.empty() ? "nothing" : args.front());
  }
}

TEST(FindKubeconfig, LooksInItsOrder) {
  const test::TempFolder temporary;
  const auto& home = temporary.path();
  std::filesystem::create_directories(home / ".kube");
  std::ofstream(home / ".kube/config") << "x";
  EXPECT_EQ(*find_kubeconfig({"flag", "env", home, home / "none"}), "flag");
  EXPECT_EQ(*find_kubeconfig({"", "/absent:" + (home / ".kube/config").string(), home, home / "none"}),
            home / ".kube/config");
  EXPECT_EQ(*find_kubeconfig({"", "", home, home / "none"}), home / ".kube/config");
  std::filesystem::create_directories(home / ".hearth");
  std::ofstream(home / ".hearth/kubeconfig") << "x";
  EXPECT_EQ(*find_kubeconfig({"", "", home, home / "none"}), home / ".hearth/kubeconfig");
  std::filesystem::remove_all(home);
  EXPECT_THAT(find_kubeconfig({"", "", home, home / "none"}).error().text, HasSubstr("--kubeconfig FILE"));
}

TEST(Targets, TakesBothSpellings) {
  EXPECT_EQ(*parse_targets({"device", "lamp", "pump"}), (Targets{"device", {"lamp", "pump"}}));
  EXPECT_EQ(*parse_targets({"device/lamp", "device/pump"}), (Targets{"device", {"lamp", "pump"}}));
  EXPECT_EQ(*parse_targets({"devices"}), (Targets{"devices", {}}));
}

TEST(Targets, RefusesMixtures) {
  for (const auto& args : std::vector<std::vector<std::string>>{{},
                                                                {""},
                                                                {"device/lamp", "pump"},
                                                                {"device", "a/b"},
                                                                {"device/a", "node/b"},
                                                                {"device/"},
                                                                {"/x"}}) {
    EXPECT_FALSE(parse_targets(args));
  }
}

}  // namespace
}  // namespace hearth::ctl
