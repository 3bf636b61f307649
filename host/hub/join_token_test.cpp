// SPDX-License-Identifier: Apache-2.0
#include "host/hub/join_token.hpp"

#include <gtest/gtest.h>

namespace hearth::edgehub {
namespace {

const std::string kHash(64, 'a');

TEST(JoinToken, IsSplitIntoHashAndBearer) {
  const auto token = parse_join_token("  " + kHash + ".eyJh.eyJl.c2ln-_\n").value();
  EXPECT_EQ(token.ca_hash, kHash);
  EXPECT_EQ(token.bearer, "eyJh.eyJl.c2ln-_");
}

TEST(JoinToken, OfAnotherFormIsRefusedWithTheFormExpected) {
  const std::string nul("\0", 1);
  for (const std::string& text :
       {std::string(), std::string(" "), kHash, kHash + ".", kHash + ".a.b", kHash + ".a.b.c.d",
        kHash + ".a..c", std::string("a.b.c"), std::string(64, 'G') + ".a.b.c",
        std::string(63, 'a') + ".a.b.c", kHash + ".a.b.c d", kHash + ".a.b.c\r\nHost: x",
        kHash + ".a.b." + nul, kHash + ".a.b." + std::string(10'000, 'c')}) {
    const auto token = parse_join_token(text);
    ASSERT_FALSE(token) << text;
    EXPECT_EQ(token.error().code, "BadToken");
    EXPECT_NE(token.error().text.find("hearth-cloud token"), std::string::npos);
  }
}

}  // namespace
}  // namespace hearth::edgehub
