// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "cloud/kube/kube_client.hpp"
#include "tests/support/temp_folder.hpp"

namespace hearth::kube {
namespace {

using testing::HasSubstr;

class Kubeconfig : public testing::Test {
 protected:
  std::filesystem::path write(const std::string& name, const std::string& text) {
    std::ofstream(dir_.path() / name) << text;
    return dir_.path() / name;
  }

  /// A kubeconfig whose cluster and user hold these lines.
  Result<Access> load(const std::string& cluster, const std::string& user) {
    return load_kubeconfig(
        write("config",
              "apiVersion: v1\nkind: Config\ncurrent-context: here\n"
              "contexts:\n- name: here\n  context: {cluster: c, user: u, namespace: home}\n"
              "clusters:\n- name: other\n  cluster: {server: 'https://wrong'}\n"
              "- name: c\n  cluster: {" +
                  cluster + "}\nusers:\n- name: u\n  user: {" + user + "}\n"));
  }

  test::TempFolder dir_;
};

TEST_F(Kubeconfig, TakesTheCurrentContextWithInlineCertificates) {
  const auto access = load("server: 'https://127.0.0.1:7443', certificate-authority-data: Y2E=",
                           "client-certificate-data: Y2VydA==, client-key-data: a2V5");
  ASSERT_TRUE(access) << access.error().text;
  EXPECT_EQ(access->server.host, "127.0.0.1");
  EXPECT_EQ(access->server.port, "7443");
  EXPECT_EQ(access->ca_pem, "ca");
  ASSERT_TRUE(access->identity);
  EXPECT_EQ(access->identity->certificate_pem, "cert");
  EXPECT_EQ(access->identity->key_pem, "key");
  EXPECT_EQ(access->ns, "home");
}

TEST_F(Kubeconfig, ReadsFilesRelativeToItself) {
  write("ca.crt", "authority");
  write("node.token", "secret\n");
  const auto access =
      load("server: 'https://api.example', certificate-authority: ca.crt", "tokenFile: node.token");
  ASSERT_TRUE(access) << access.error().text;
  EXPECT_EQ(access->ca_pem, "authority");
  EXPECT_EQ(access->token_file, dir_.path() / "node.token");
}

TEST_F(Kubeconfig, RefusesToSkipTheCheckOfTheServer) {
  const auto access = load("server: 'https://127.0.0.1:7443', insecure-skip-tls-verify: true", "token: t");
  ASSERT_FALSE(access);
  EXPECT_EQ(access.error().code, "InsecureRefused");
  EXPECT_THAT(access.error().text, HasSubstr("cluster \"c\""));
}

TEST_F(Kubeconfig, RefusesWhatNeedsOtherPrograms) {
  const auto access = load("server: 'http://127.0.0.1:1'", "exec: {command: login}");
  ASSERT_FALSE(access);
  EXPECT_THAT(access.error().text, HasSubstr("exec is not supported"));
}

TEST_F(Kubeconfig, NamesWhatIsMissing) {
  EXPECT_THAT(load_kubeconfig(dir_.path() / "absent").error().text, HasSubstr("cannot be read"));
  EXPECT_THAT(load("server: 'ftp://x'", "token: t").error().text, HasSubstr("server"));
  EXPECT_THAT(load("server: 'http://x'", "client-key-data: a2V5").error().text,
              HasSubstr("client-certificate"));
  EXPECT_THAT(load("server: 'http://x', certificate-authority-data: '!'", "token: t").error().text,
              HasSubstr("certificate-authority-data"));
  EXPECT_THAT(load("server: 'http://x', certificate-authority: gone.crt", "token: t").error().text,
              HasSubstr("gone.crt"));
}

TEST_F(Kubeconfig, SurvivesGarbage) {
  for (const auto* text :
       {"", "[]", "3", "current-context: [x]", "current-context: x\ncontexts: {}",
        "current-context: x\ncontexts: [3, {name: x, context: 7}]", "\t\xff", "a: [", "&a [*a]"}) {
    EXPECT_FALSE(load_kubeconfig(write("garbage", text))) << text;
  }
}

TEST_F(Kubeconfig, InAPodTakesTheServiceAccount) {
  write("ca.crt", "authority");
  write("token", "secret\n");
  write("namespace", "kubeedge\n");
  const auto access = in_cluster_access({dir_.path(), "10.0.0.1", "443"});
  ASSERT_TRUE(access) << access.error().text;
  EXPECT_EQ(access->server.host, "10.0.0.1");
  EXPECT_TRUE(access->server.tls());
  EXPECT_EQ(access->ca_pem, "authority");
  EXPECT_EQ(access->bearer_token, "secret");
  EXPECT_EQ(access->ns, "kubeedge");
}

TEST_F(Kubeconfig, OutsideAPodSaysSo) {
  const auto access = in_cluster_access({dir_.path(), "", ""});
  ASSERT_FALSE(access);
  EXPECT_EQ(access.error().code, "NotInCluster");
}

}  // namespace
}  // namespace hearth::kube
