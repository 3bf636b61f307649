// SPDX-License-Identifier: Apache-2.0
#include "host/options.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "sdk/base/ids.hpp"

namespace hearth::host {
namespace {

class Options : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() / ("hearth-options-" + new_uuid());
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override {
    unsetenv("HEARTH_NODE_NAME");
    std::filesystem::remove_all(folder_);
  }

  std::string write(const std::string& text) {
    const auto file = folder_ / "host.yaml";
    std::ofstream(file) << text;
    return file.string();
  }

  Result<Invocation> parse(std::vector<std::string> arguments) {
    std::vector<const char*> argv{"hearth-host"};
    for (const auto& argument : arguments)
      argv.push_back(argument.c_str());
    return parse_command_line(static_cast<int>(argv.size()), argv.data());
  }

  std::filesystem::path folder_;
};

TEST_F(Options, FlagsGoOverEnvironmentOverFileOverDefaults) {
  const auto file = write("nodeName: from-file\nbroker: mqtt://10.0.0.1:1883\n");
  EXPECT_EQ(parse({"--config", file})->options.node_name, "from-file");
  setenv("HEARTH_NODE_NAME", "from-env", 1);
  EXPECT_EQ(parse({"--config", file})->options.node_name, "from-env");
  const auto invocation = parse({"--config=" + file, "--node-name", "from-flag"}).value();
  EXPECT_EQ(invocation.options.node_name, "from-flag");
  EXPECT_EQ(invocation.options.broker, "mqtt://10.0.0.1:1883");
  EXPECT_EQ(invocation.options.http_listen, "127.0.0.1:9101");
}

TEST_F(Options, ReadTheTableOfMappers) {
  const auto file = write("mappers:\n  lamp: virtual\nmapperFolders: [/a, /b]\n");
  const auto options = parse({"--config", file})->options;
  EXPECT_EQ(options.mapper_of_model.at("lamp"), "virtual");
  EXPECT_THAT(options.mapper_folders, testing::ElementsAre("/a", "/b"));
}

TEST_F(Options, TellEachFaultOfAFileWithItsPlace) {
  const auto file = write("nodename: edge-1\nlogLevel: loud\nmappers: [a]\n");
  const auto wrong = parse({"--config", file});
  ASSERT_TRUE(wrong.has_error());
  EXPECT_THAT(wrong.error().text, testing::HasSubstr(file + ":1:1:"));
  EXPECT_THAT(wrong.error().text, testing::HasSubstr("did you mean \"nodeName\"?"));
  EXPECT_THAT(wrong.error().text, testing::HasSubstr(file + ":2:11:"));
  EXPECT_THAT(wrong.error().text, testing::HasSubstr(file + ":3:10:"));
}

TEST_F(Options, TakeABrokerByAddressOrManaged) {
  EXPECT_EQ(managed_port("managed"), 1883);
  EXPECT_EQ(managed_port("managed:0"), 0);
  EXPECT_EQ(managed_port("mqtt://127.0.0.1"), std::nullopt);
  EXPECT_TRUE(parse({"--broker", "managed:1999"}).has_value());
  EXPECT_TRUE(parse({"--broker", "mqtts://broker.example"}).has_value());
  for (const auto* wrong : {"managed:", "managed:x", "managed:65536", "managedfoo", "127.0.0.1", "http://x"})
    EXPECT_TRUE(parse({"--broker", wrong}).has_error()) << wrong;
}

TEST_F(Options, RefuseUnknownFlagsAndBadNames) {
  EXPECT_TRUE(parse({"--nodename", "x"}).has_error());
  EXPECT_TRUE(parse({"--node-name", "Bad Name"}).has_error());
  EXPECT_TRUE(parse({"--hub", "http://x"}).has_error());
  EXPECT_TRUE(parse({"--hub", "wss://"}).has_error());
  EXPECT_TRUE(parse({"--cert-url", "http://x"}).has_error());
  EXPECT_TRUE(parse({"--config", "/does/not/exist.yaml"}).has_error());
}

}  // namespace
}  // namespace hearth::host
