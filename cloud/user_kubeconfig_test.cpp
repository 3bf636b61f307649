// SPDX-License-Identifier: Apache-2.0
#include "cloud/user_kubeconfig.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "sdk/base/base64.hpp"
#include "sdk/base/ids.hpp"
#include "sdk/net/x509.hpp"
#include "sdk/schema/yaml_document.hpp"

namespace hearth::cloud {
namespace {

class UserKubeconfig : public ::testing::Test {
 protected:
  UserKubeconfig() {
    options_.data_dir = std::filesystem::temp_directory_path() / ("hearth-user-" + new_uuid());
    std::filesystem::create_directories(options_.data_dir);
  }
  ~UserKubeconfig() override { std::filesystem::remove_all(options_.data_dir); }

  Result<nlohmann::json> made() const {
    std::stringstream out;
    if (auto printed = print_kubeconfig(options_, user_, out); !printed) return printed.error();
    return schema::parse_yaml_document(out.str(), "kubeconfig");
  }

  CloudOptions options_;
  UserOptions user_{"ann", {"keepers", "readers"}, {}, std::chrono::hours(24)};
};

TEST_F(UserKubeconfig, HoldsACertificateOfThatUserAndItsGroups) {
  options_.advertise = {"cloud.example.org"};
  const auto config = made().value();
  EXPECT_EQ(config.at("clusters").at(0).at("cluster").at("server"), "https://cloud.example.org:7443");
  const auto encoded = config.at("users").at(0).at("user").at("client-certificate-data").get<std::string>();
  const auto info = net::certificate_info(decode_base64(encoded).value()).value();
  EXPECT_EQ(info.subject.common_name, "ann");
  EXPECT_EQ(info.subject.organizations, user_.groups);
  EXPECT_LT(info.not_after, std::chrono::system_clock::now() + std::chrono::hours(25));
}

TEST_F(UserKubeconfig, RefusesNamesThatCannotBe) {
  for (const auto* name : {"", "a b", "a\nb", "system:node:x", "a\"b", "\xff"}) {
    user_.name = name;
    EXPECT_FALSE(made()) << name;
  }
  user_.name = "ann";
  user_.groups = {"with space"};
  EXPECT_FALSE(made());
}

}  // namespace
}  // namespace hearth::cloud
