// SPDX-License-Identifier: Apache-2.0
#include "host/options.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/temp_folder.hpp"

namespace hearth::host {
namespace {

class Options : public testing::Test {
 protected:
  void TearDown() override { unsetenv("HEARTH_NODE_NAME"); }

  std::string write(const std::string& text, const std::string& name = "host.yaml") {
    const auto file = folder_.path() / name;
    std::ofstream(file) << text;
    return file.string();
  }

  Result<Invocation> parse(std::vector<std::string> arguments) {
    std::vector<const char*> argv{"hearth-host"};
    for (const auto& argument : arguments)
      argv.push_back(argument.c_str());
    return parse_command_line(static_cast<int>(argv.size()), argv.data());
  }

  test::TempFolder folder_;
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

TEST_F(Options, ReadHowStateAndEventDataAreKept) {
  const auto file = write(
      "reportRefresh: 30s\n"
      "snapshots: {every: 12h, keep: 5}\n"
      "spool: {maxBytes: 2097152, maxAge: 48h, topics: ['a/#']}\n");
  const auto options = parse({"--config", file}).value().options;
  EXPECT_EQ(options.report_refresh, std::chrono::seconds(30));
  EXPECT_EQ(options.snapshots.every, std::chrono::hours(12));
  EXPECT_EQ(options.snapshots.keep, 5u);
  EXPECT_EQ(options.spool_max_bytes, 2097152u);
  EXPECT_EQ(options.spool_max_age, std::chrono::hours(48));
  EXPECT_THAT(options.spool_topics, testing::ElementsAre("a/#"));
  const auto defaults = parse({}).value().options;
  EXPECT_EQ(defaults.snapshots.every, std::chrono::hours(24));
  EXPECT_EQ(defaults.spool_topics.size(), 4u);
}

TEST_F(Options, MakeNoSnapshotsWhenNoneAreKept) {
  const auto options = parse({"--config", write("snapshots: {keep: 0}\n")}).value().options;
  EXPECT_EQ(options.snapshots.every.count(), 0);
}

TEST_F(Options, RefuseDurationsAndTopicsThatAreNone) {
  for (const auto* text :
       {"reportRefresh: often\n", "snapshots: {every: daily}\n", "spool: {maxAge: -1h}\n",
        "spool: {topics: ['a/#/b']}\n", "spool: {maxBytes: 10}\n", "spool: {maxbytes: 2097152}\n"}) {
    EXPECT_FALSE(parse({"--config", write(text)}).has_value()) << text;
  }
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

TEST_F(Options, TakeWhatAnExternalBrokerAsksFor) {
  const auto pem = write("-----BEGIN CERTIFICATE-----\n", "ca.crt");
  const auto file = write(
      "broker: mqtts://broker\nbrokerUser: edge-1\nbrokerPassword: secret\nbrokerClientId: e1\n"
      "brokerCa: " +
      pem + "\nbrokerCert: " + pem + "\nbrokerKey: " + pem + "\n");
  const auto options = parse({"--config", file})->options;
  EXPECT_EQ(options.broker_user, "edge-1");
  EXPECT_EQ(options.broker_client_id, "e1");
  EXPECT_EQ(options.broker_tls.key, pem);
}

TEST_F(Options, RefuseTlsFilesThatCannotWork) {
  const auto error = [this](const std::string& text) {
    return parse({"--config", write(text)}).error().text;
  };
  EXPECT_THAT(error("broker: mqtts://broker\nbrokerCa: /no/such.crt\n"),
              testing::HasSubstr("brokerCa /no/such.crt"));
  EXPECT_THAT(error("broker: mqtts://broker\nbrokerCert: /a.crt\n"), testing::HasSubstr("belong together"));
  EXPECT_THAT(error("broker: mqtt://broker\nbrokerCa: /a.crt\n"),
              testing::HasSubstr("need a broker mqtts://"));
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
