// SPDX-License-Identifier: Apache-2.0
#include "host/hub/credentials.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "host/hub/test_support.hpp"
#include "tests/support/temp_folder.hpp"

namespace hearth::edgehub {
namespace {

namespace fs = std::filesystem;

const WallTime kNow = std::chrono::system_clock::now();

Credentials credentials_of(const test::Authority& authority, const std::string& node) {
  return {authority.ca.certificate_pem, authority.node(node)};
}

TEST(Credentials, AreReadAsTheyWereSavedAndTheKeyIsPrivate) {
  const test::TempFolder folder;
  const auto saved = credentials_of({}, "edge-1");
  ASSERT_TRUE(save_credentials(folder.path() / "certs", saved));
  ASSERT_TRUE(save_credentials(folder.path() / "certs", saved)) << "over existing ones";
  const auto loaded = load_credentials(folder.path() / "certs").value();
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->ca_pem, saved.ca_pem);
  EXPECT_EQ(loaded->identity.certificate_pem, saved.identity.certificate_pem);
  EXPECT_EQ(loaded->identity.key_pem, saved.identity.key_pem);
  EXPECT_EQ(fs::status(folder.path() / "certs/node.key").permissions(),
            fs::perms::owner_read | fs::perms::owner_write);
  EXPECT_EQ(std::distance(fs::directory_iterator(folder.path() / "certs"), {}), 3);
}

TEST(Credentials, AreAbsentWithoutAllOfTheirFiles) {
  const test::TempFolder folder;
  EXPECT_FALSE(load_credentials(folder.path()).value());
  ASSERT_TRUE(save_credentials(folder.path(), credentials_of({}, "edge-1")));
  fs::remove(folder.path() / "node.crt");
  EXPECT_FALSE(load_credentials(folder.path()).value());
}

TEST(Credentials, OfAnotherNodeOrExpiredOrBrokenAreOfNoUseAndSayWhy) {
  const test::Authority authority;
  const auto good = credentials_of(authority, "edge-1");
  EXPECT_EQ(unusable_because(good, "edge-1", kNow), "");
  EXPECT_NE(unusable_because(good, "edge-2", kNow).find("not for system:node:edge-2"), std::string::npos);
  EXPECT_NE(unusable_because(good, "edge-1", kNow + std::chrono::hours(2)).find("expired"),
            std::string::npos);
  auto garbage = good;
  garbage.identity.certificate_pem = "garbage";
  EXPECT_NE(unusable_because(garbage, "edge-1", kNow), "");
  auto other_key = good;
  other_key.identity.key_pem = net::make_key_pem().value();
  EXPECT_NE(unusable_because(other_key, "edge-1", kNow), "");
}

/// Stops after each step of a save, as a power cut would.
TEST(Credentials, AreTheOldOnesOrTheNewOnesWhereverASaveIsCut) {
  const test::Authority authority;
  const auto old = credentials_of(authority, "edge-1");
  const auto fresh = credentials_of(authority, "edge-1");
  for (int steps = 0; steps <= 3; ++steps) {
    const test::TempFolder folder;
    const auto& at = folder.path();
    ASSERT_TRUE(save_credentials(at / "old", old));
    ASSERT_TRUE(save_credentials(at / "fresh", fresh));
    const auto names = {"ca.crt", "node.crt", "node.key"};
    for (const std::string name : names)
      fs::copy(at / "fresh" / name, at / "old" / (name + ".new"));
    int step = 0;
    for (const std::string name : names) {
      if (step++ < steps) fs::rename(at / "old" / (name + ".new"), at / "old" / name);
    }
    for (int again = 0; again < 2; ++again) {
      const auto loaded = load_credentials(at / "old").value();
      ASSERT_TRUE(loaded) << steps;
      EXPECT_EQ(unusable_because(*loaded, "edge-1", kNow), "") << steps;
      EXPECT_EQ(loaded->identity.certificate_pem == fresh.identity.certificate_pem, steps >= 2) << steps;
    }
  }
}

TEST(Credentials, OfAnotherCloudAreNeverMixedWithTheNewOnes) {
  const test::TempFolder folder;
  ASSERT_TRUE(save_credentials(folder.path(), credentials_of({}, "edge-1")));
  fs::create_directory(folder.path() / "node.key.new");  // the save fails here
  EXPECT_FALSE(save_credentials(folder.path(), credentials_of({}, "edge-1")));
  EXPECT_FALSE(load_credentials(folder.path()).value());
}

TEST(Credentials, ThatAreOnlyTooOldCanBeRenewed) {
  const test::Authority authority;
  const auto good = credentials_of(authority, "edge-1");
  EXPECT_FALSE(expired_only(good, "edge-1", kNow));
  EXPECT_TRUE(expired_only(good, "edge-1", kNow + std::chrono::hours(2)));
  EXPECT_FALSE(expired_only(good, "edge-2", kNow + std::chrono::hours(2)));
}

TEST(Credentials, NotValidYetAreKept) {
  EXPECT_EQ(unusable_because(credentials_of({}, "edge-1"), "edge-1", WallTime{}), "");
}

TEST(Credentials, SayWhichFileCannotBeWritten) {
  const test::TempFolder folder;
  std::ofstream(folder.path() / "certs") << "a file, not a folder";
  const auto saved = save_credentials(folder.path() / "certs", credentials_of({}, "edge-1"));
  ASSERT_FALSE(saved);
  EXPECT_NE(saved.error().text.find("certs"), std::string::npos);
}

}  // namespace
}  // namespace hearth::edgehub
