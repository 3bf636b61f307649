// SPDX-License-Identifier: Apache-2.0
#include "cloud/pki.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <thread>

#include "cloud/private_file.hpp"
#include "sdk/net/tls.hpp"
#include "tests/support/temp_folder.hpp"

namespace hearth::cloud {
namespace {

class PkiTest : public testing::Test {
 protected:
  test::TempFolder folder_;
};

mode_t mode_of(const std::filesystem::path& file) {
  struct stat facts {};
  stat(file.c_str(), &facts);
  return facts.st_mode & 0777;
}

TEST_F(PkiTest, IsMadeOnceAndThenKept) {
  const auto first = open_pki(folder_.path(), {"localhost", "10.0.0.1"}).value();
  const auto second = open_pki(folder_.path(), {"localhost"}).value();
  EXPECT_EQ(first.ca.certificate_pem, second.ca.certificate_pem);
  EXPECT_EQ(first.server.certificate_pem, second.server.certificate_pem);
  EXPECT_EQ(mode_of(folder_.path() / "pki" / "ca.key"), 0600u);
  EXPECT_EQ(mode_of(folder_.path() / "pki"), 0700u);
}

TEST_F(PkiTest, MakesTheServerCertificateAnewForANewName) {
  const auto first = open_pki(folder_.path(), {"localhost"}).value();
  const auto second = open_pki(folder_.path(), {"localhost", "cloud.example"}).value();
  EXPECT_EQ(first.ca.certificate_pem, second.ca.certificate_pem);
  EXPECT_NE(first.server.certificate_pem, second.server.certificate_pem);
  EXPECT_THAT(net::certificate_info(second.server.certificate_pem)->alt_names,
              testing::UnorderedElementsAre("localhost", "cloud.example"));
}

TEST_F(PkiTest, OfTenStartsAtOnceHasOneCa) {
  std::vector<std::string> seen(10);
  {
    std::vector<std::jthread> starts;
    for (auto& certificate : seen) {
      starts.emplace_back(
          [this, &certificate] { certificate = open_ca(folder_.path()).value().certificate_pem; });
    }
  }
  EXPECT_THAT(seen, testing::Each(seen.front()));
}

TEST_F(PkiTest, WritesAKubeconfigOnlyWeMayRead) {
  const auto pki = open_pki(folder_.path(), {"localhost"}).value();
  const auto file = write_kubeconfig(folder_.path(), pki, "https://127.0.0.1:7443").value();
  EXPECT_EQ(mode_of(file), 0600u);
  EXPECT_THAT(read_file(file).value(), testing::HasSubstr("server: https://127.0.0.1:7443\n"));
}

TEST_F(PkiTest, AFileLockIsHeldByOneAtATime) {
  make_private_folder(folder_.path()).value();
  {
    const auto held = FileLock::attempt(folder_.path() / "lock").value();
    EXPECT_EQ(FileLock::attempt(folder_.path() / "lock").error().code, "Locked");
  }
  EXPECT_TRUE(FileLock::attempt(folder_.path() / "lock").has_value());
}

TEST_F(PkiTest, MakesAnIdentityAnewWhoseKeyIsMissing) {
  const auto first = open_pki(folder_.path(), {"localhost"}).value();
  std::filesystem::remove(folder_.path() / "pki" / "server.key");
  const auto second = open_pki(folder_.path(), {"localhost"}).value();
  EXPECT_NE(first.server.certificate_pem, second.server.certificate_pem);
  EXPECT_TRUE(
      net::make_server_tls(second.server, second.ca.certificate_pem, net::ClientCertificate::requested));
}

TEST_F(PkiTest, TellsWhichFileCannotBeWritten) {
  const auto wrong = open_pki("/proc/hearth", {});
  ASSERT_TRUE(wrong.has_error());
  EXPECT_THAT(wrong.error().text, testing::HasSubstr("/proc/hearth"));
}

}  // namespace
}  // namespace hearth::cloud
