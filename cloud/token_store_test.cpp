// SPDX-License-Identifier: Apache-2.0
#include "cloud/token_store.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "cloud/hub/cert_server.hpp"
#include "cloud/private_file.hpp"
#include "tests/support/temp_folder.hpp"

namespace hearth::cloud {
namespace {

using std::chrono::hours;

struct TokenStoreTest : testing::Test {
  std::string token(hours later = hours(0)) {
    return current_token(folder.path(), ca, hours(24), now + later).value();
  }
  test::TempFolder folder;
  net::Identity ca = net::make_ca({"KubeEdge", {}}, hours(1000)).value();
  WallTime now = std::chrono::system_clock::now();
};

TEST_F(TokenStoreTest, KeepsOneTokenUntilHalfOfItsLifeIsOver) {
  const auto first = token();
  EXPECT_EQ(token(hours(11)), first);
  const auto second = token(hours(13));
  EXPECT_NE(second, first);
  EXPECT_EQ(token(hours(13)), second);
  const auto bearer = first.substr(first.find('.') + 1);
  EXPECT_TRUE(cloudhub::check_join_token(ca, bearer, now + hours(13))) << "the one shown before stays good";
}

TEST_F(TokenStoreTest, HasOnDiskWhatItShows) {
  const auto shown = token();
  EXPECT_EQ(read_file(folder.path() / "token").value(), shown);
  struct stat facts {};
  ::stat((folder.path() / "token").c_str(), &facts);
  EXPECT_EQ(facts.st_mode & 0777, 0600u);
}

TEST_F(TokenStoreTest, ShowsNoneThatItCannotKeep) {
  std::filesystem::create_directory(folder.path() / "token");
  EXPECT_TRUE(current_token(folder.path(), ca, hours(24), now).has_error());
}

TEST_F(TokenStoreTest, MakesAnotherForGarbageOrAnotherCa) {
  const auto first = token();
  ca = net::make_ca({"KubeEdge", {}}, hours(1000)).value();
  const auto second = token();
  EXPECT_NE(second.substr(0, 64), first.substr(0, 64));
  write_private_file(folder.path() / "token", "rubbish").value();
  EXPECT_EQ(token().substr(0, 64), second.substr(0, 64));
}

}  // namespace
}  // namespace hearth::cloud
