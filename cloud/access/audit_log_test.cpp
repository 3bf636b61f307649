// SPDX-License-Identifier: Apache-2.0
#include "cloud/access/audit_log.hpp"

#include <gtest/gtest.h>

#include <sstream>

#include "sdk/base/ids.hpp"

namespace hearth::access {
namespace {

using nlohmann::json;

AuditEntry entry(const std::string& id) {
  AuditEntry entry;
  entry.id = id;
  entry.user = std::make_shared<const User>(User{"ann", {"keepers"}});
  entry.attempt.verb = "get";
  entry.attempt.group = "devices.kubeedge.io";
  entry.attempt.resource = "devices";
  entry.attempt.ns = "home";
  entry.attempt.name = "lamp";
  entry.api_version = "v1beta1";
  entry.uri = "/apis/devices.kubeedge.io/v1beta1/namespaces/home/devices/lamp";
  entry.address = "192.0.2.7";
  entry.agent = "kubectl";
  entry.code = 404;
  entry.received = WallTime(std::chrono::seconds(1'700'000'000));
  entry.done = entry.received + std::chrono::milliseconds(3);
  return entry;
}

class AuditLogTest : public ::testing::Test {
 protected:
  AuditLogTest() : folder_(std::filesystem::temp_directory_path() / ("hearth-audit-" + new_uuid())) {
    std::filesystem::create_directories(folder_);
    options_.file = (folder_ / "audit.log").string();
  }
  ~AuditLogTest() override { std::filesystem::remove_all(folder_); }

  std::vector<json> lines(const std::string& suffix = {}) const {
    std::ifstream in(options_.file + suffix);
    std::vector<json> found;
    for (std::string line; std::getline(in, line);)
      found.push_back(json::parse(line));
    return found;
  }

  std::filesystem::path folder_;
  AuditOptions options_;
  Metrics metrics_;
};

TEST(AuditEntry, SaysWhoDidWhatWithWhichOutcome) {
  const auto line = json::parse(printed(entry("id-1")));
  EXPECT_EQ(line.at("kind"), "Event");
  EXPECT_EQ(line.at("apiVersion"), "audit.k8s.io/v1");
  EXPECT_EQ(line.at("level"), "Metadata");
  EXPECT_EQ(line.at("user").at("username"), "ann");
  EXPECT_EQ(line.at("verb"), "get");
  EXPECT_EQ(line.at("objectRef"), (json{{"resource", "devices"},
                                        {"namespace", "home"},
                                        {"name", "lamp"},
                                        {"apiGroup", "devices.kubeedge.io"},
                                        {"apiVersion", "v1beta1"}}));
  EXPECT_EQ(line.at("responseStatus").at("code"), 404);
  EXPECT_EQ(line.at("requestReceivedTimestamp"), "2023-11-14T22:13:20.000000Z");
  EXPECT_EQ(line.at("stageTimestamp"), "2023-11-14T22:13:20.003000Z");
  EXPECT_EQ(line.at("annotations").at("apiserver.latency.k8s.io/total"), "3.000ms");
  EXPECT_EQ(line.at("sourceIPs"), json::array({"192.0.2.7"}));
}

TEST(AuditEntry, NamesBothWhenOneIsTakenForAnother) {
  auto taken = entry("id-1");
  User bob{"bob", {}};
  bob.impersonator = taken.user;
  taken.user = std::make_shared<const User>(bob);
  const auto line = json::parse(printed(taken));
  EXPECT_EQ(line.at("user").at("username"), "ann");
  EXPECT_EQ(line.at("impersonatedUser").at("username"), "bob");
}

TEST(AuditEntry, PrintsWhateverBytesARequestHeld) {
  auto odd = entry("id-1");
  odd.agent = "\xff\xfe\n";
  odd.user = nullptr;
  EXPECT_FALSE(json::parse(printed(odd)).at("userAgent").get<std::string>().empty());
}

TEST_F(AuditLogTest, WritesALineForEachAndAppendsAfterARestart) {
  for (int i = 0; i < 2; ++i) {
    AuditLog log(options_, metrics_);
    ASSERT_TRUE(log.open());
    log.write(entry("a"));
    log.write(entry("b"));
  }
  ASSERT_EQ(lines().size(), 4u);
  EXPECT_EQ(lines().back().at("auditID"), "b");
}

TEST_F(AuditLogTest, SetsLargeFilesAside) {
  options_.max_bytes = 2000;
  options_.kept = 2;
  {
    AuditLog log(options_, metrics_);
    ASSERT_TRUE(log.open());
    for (int i = 0; i < 20; ++i)
      log.write(entry(std::to_string(i)));
  }
  EXPECT_FALSE(lines().empty());
  EXPECT_FALSE(lines(".1").empty());
  EXPECT_FALSE(lines(".2").empty());
  EXPECT_FALSE(std::filesystem::exists(options_.file + ".3"));
  EXPECT_LE(std::filesystem::file_size(options_.file + ".1"), 2000u);
  EXPECT_EQ(lines().back().at("auditID"), "19");
}

TEST_F(AuditLogTest, WhatDoesNotFitTheQueueIsCounted) {
  options_.queue = 1;
  AuditLog log(options_, metrics_);
  log.write(entry("a"));
  log.write(entry("b"));
  EXPECT_NE(metrics_.text().find("hearth_api_audit_lost_total 1"), std::string::npos);
  ASSERT_TRUE(log.open());
}

TEST_F(AuditLogTest, SaysWhichFileCannotBeWritten) {
  options_.file = (folder_ / "none" / "audit.log").string();
  AuditLog log(options_, metrics_);
  const auto opened = log.open();
  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().text.find("audit.log"), std::string::npos);
}

}  // namespace
}  // namespace hearth::access
