// SPDX-License-Identifier: Apache-2.0
#include "cloud/options.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/temp_folder.hpp"

namespace hearth::cloud {
namespace {

class CloudOptionsTest : public testing::Test {
 protected:
  void TearDown() override { unsetenv("HEARTH_API_LISTEN"); }

  std::string write(const std::string& text) {
    const auto file = folder_.path() / "cloud.yaml";
    std::ofstream(file) << text;
    return file.string();
  }

  static Result<Invocation> parse(const std::vector<std::string>& arguments) {
    std::vector<const char*> argv{"hearth-cloud"};
    for (const auto& argument : arguments)
      argv.push_back(argument.c_str());
    return parse_command_line(static_cast<int>(argv.size()), argv.data());
  }

  test::TempFolder folder_;
};

TEST_F(CloudOptionsTest, FlagsGoOverEnvironmentOverFile) {
  const auto file =
      write("apiListen: 127.0.0.1:1\nadvertise: [a.example, 10.0.0.1]\ntokenLifetimeHours: 2\n");
  const auto from_file = parse({"--config", file})->options;
  EXPECT_EQ(from_file.api_listen, "127.0.0.1:1");
  EXPECT_THAT(from_file.advertise, testing::ElementsAre("a.example", "10.0.0.1"));
  EXPECT_EQ(from_file.token_lifetime, std::chrono::hours(2));
  setenv("HEARTH_API_LISTEN", "127.0.0.1:2", 1);
  EXPECT_EQ(parse({"--config", file})->options.api_listen, "127.0.0.1:2");
  EXPECT_EQ(parse({"--config", file, "--api-listen", "127.0.0.1:3"})->options.api_listen, "127.0.0.1:3");
}

TEST_F(CloudOptionsTest, SayHowLongANodesCertificateLives) {
  EXPECT_EQ(parse({})->options.node_certificate_lifetime, std::chrono::days(365));
  const auto file = write("nodeCertificateLifetime: 30m\n");
  EXPECT_EQ(parse({"--config", file})->options.node_certificate_lifetime, std::chrono::minutes(30));
  const auto flag = parse({"--config", file, "--node-certificate-lifetime", "90s"});
  EXPECT_EQ(flag->options.node_certificate_lifetime, std::chrono::seconds(90));
  for (const auto* wrong : {"0s", "soon", "-1h", "99999999h"})
    EXPECT_TRUE(parse({"--node-certificate-lifetime", wrong}).has_error()) << wrong;
  EXPECT_TRUE(parse({"--config", write("nodeCertificateLifetime: 99999999h\n")}).has_error());
  EXPECT_TRUE(parse({"--config", write("nodeCertificateLifetime: 30d\n")}).has_error());
}

TEST_F(CloudOptionsTest, NameTheFileOfABackupAndOfARestore) {
  const auto backup = parse({"backup", "x.backup", "--data-dir", "/tmp/d"});
  EXPECT_EQ(backup->command, Command::backup);
  EXPECT_EQ(backup->file, "x.backup");
  EXPECT_EQ(backup->options.data_dir, "/tmp/d");
  const auto restore = parse({"--data-dir", "/tmp/d", "restore", "x.backup", "--objects-only"});
  EXPECT_EQ(restore->command, Command::restore);
  EXPECT_TRUE(restore->options.objects_only);
  EXPECT_TRUE(parse({"backup"}).has_error());
  EXPECT_TRUE(parse({"restore"}).has_error());
}

TEST_F(CloudOptionsTest, ListenOnLoopbackUnlessToldOtherwise) {
  const auto options = parse({})->options;
  for (const auto& listen : {options.api_listen, options.hub_listen, options.cert_listen}) {
    EXPECT_TRUE(listen.starts_with("127.0.0.1:")) << listen;
  }
}

TEST_F(CloudOptionsTest, KubeconfigIsForAUserAndItsGroups) {
  const auto made = parse({"kubeconfig", "--user", "ann", "--group", "a", "--group", "b", "--lifetime", "30m"});
  EXPECT_EQ(made->command, Command::kubeconfig);
  EXPECT_EQ(made->user.name, "ann");
  EXPECT_EQ(made->user.groups, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(made->user.lifetime, std::chrono::minutes(30));
  EXPECT_TRUE(parse({"kubeconfig"}).has_error());
  EXPECT_TRUE(parse({"kubeconfig", "--user", "ann", "--lifetime", "soon"}).has_error());
}

TEST_F(CloudOptionsTest, TokenTakesItsDataDirBehindItToo) {
  const auto invocation = parse({"token", "--data-dir", "/x"}).value();
  EXPECT_EQ(invocation.command, Command::token);
  EXPECT_EQ(invocation.options.data_dir, "/x");
}

TEST_F(CloudOptionsTest, TellWhatIsWrong) {
  EXPECT_TRUE(parse({"--api-lissen", "x"}).has_error());
  const auto wrong = parse({"--config", write("apiListn: x\ntokenLifetimeHours: 0\n")});
  ASSERT_TRUE(wrong.has_error());
  EXPECT_THAT(wrong.error().text,
              testing::AllOf(testing::HasSubstr("cloud.yaml:1:1:"), testing::HasSubstr("apiListen"),
                             testing::HasSubstr("cloud.yaml:2:21:")));
}

}  // namespace
}  // namespace hearth::cloud
