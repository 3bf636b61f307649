// SPDX-License-Identifier: Apache-2.0
#include "cloud/access/token_file.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "cloud/access/token.hpp"
#include "sdk/base/ids.hpp"

namespace hearth::access {
namespace {

UserPtr user_in(const std::string& file, const std::string& token) {
  const auto users = parse_token_file(file);
  if (!users) return nullptr;
  const auto found = users->find(token_hash(token));
  return found == users->end() ? nullptr : found->second;
}

TEST(TokenFile, ReadsKubernetesLines) {
  const std::string file = "# comment\n\nt1,ann,u1,\"keepers,readers\"\r\nt2,bob,u2\nt3,\"c,d\",u3,one\n";
  const auto ann = user_in(file, "t1");
  ASSERT_TRUE(ann);
  EXPECT_EQ(ann->name, "ann");
  EXPECT_EQ(ann->uid, "u1");
  EXPECT_EQ(ann->groups, (std::vector<std::string>{"keepers", "readers"}));
  EXPECT_TRUE(user_in(file, "t2")->groups.empty());
  EXPECT_EQ(user_in(file, "t3")->name, "c,d");
  EXPECT_FALSE(user_in(file, "t4"));
}

TEST(TokenFile, DoesNotKeepTheTokens) {
  const auto users = parse_token_file("secret-token,ann,u1").value();
  ASSERT_EQ(users.size(), 1u);
  EXPECT_EQ(users.begin()->first.find("secret"), std::string::npos);
}

TEST(TokenFile, NamesTheLineThatIsBroken) {
  for (const auto* line :
       {"t1", "t1,ann", ",ann,u1", "t1,,u1", "t1,\"ann,u1", "t1,\"a\"b,u1", "\"", ",,,", "\x01"}) {
    const auto users = parse_token_file(std::string("ok,ann,u1\n") + line);
    ASSERT_FALSE(users) << line;
    EXPECT_NE(users.error().text.find("line 2"), std::string::npos) << users.error().text;
  }
  EXPECT_TRUE(parse_token_file(""));
  EXPECT_TRUE(parse_token_file("\n\n\n"));
}

TEST(TokenFile, IsReadAndSaysWhenItCannotBe) {
  const auto file = std::filesystem::temp_directory_path() / ("hearth-tokens-" + new_uuid());
  TokenFile missing(file);
  EXPECT_FALSE(missing.load());
  std::ofstream(file) << "t1,ann,u1\n";
  TokenFile tokens(file);
  ASSERT_TRUE(tokens.load());
  EXPECT_TRUE(tokens.find("t1"));
  EXPECT_FALSE(tokens.find("t2"));
  std::filesystem::remove(file);
}

TEST(Token, IsLongAndNeverTheSame) {
  const auto token = make_token();
  EXPECT_TRUE(token.starts_with(kTokenPrefix));
  EXPECT_EQ(token.size(), kTokenPrefix.size() + 64);
  EXPECT_NE(token, make_token());
  EXPECT_EQ(token_hash(token), token_hash(token));
}

TEST(Token, IsTakenFromItsHeaderAlone) {
  EXPECT_EQ(bearer_token("Bearer abc"), "abc");
  EXPECT_EQ(bearer_token("bEARER   abc "), "abc");
  for (const auto& header : {std::string(), std::string("Bearer"), std::string("Bearer "),
                             std::string("Basic abc"), std::string("Bearer a b"), std::string("Bearerabc"),
                             std::string("\xff\xff\xff"), "Bearer " + std::string(20'000, 'x')}) {
    EXPECT_FALSE(bearer_token(header)) << header.substr(0, 40);
  }
}

TEST(User, ServiceAccountsHaveNamesOfTheirOwn) {
  const auto found = service_account_of(service_account_user("home", "bot"));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->ns, "home");
  EXPECT_EQ(found->name, "bot");
  for (const auto* name : {"", "ann", "system:serviceaccount:", "system:serviceaccount:a",
                           "system:serviceaccount::b", "system:serviceaccount:a:"})
    EXPECT_FALSE(service_account_of(name)) << name;
}

}  // namespace
}  // namespace hearth::access
