// SPDX-License-Identifier: Apache-2.0
#include "sdk/base/base64.hpp"

#include <gtest/gtest.h>

namespace hearth {
namespace {

TEST(Base64, ReadsBackWhatItWrote) {
  for (const std::string bytes : {"", "f", "fo", "foo", "foob", std::string("\0\xff\x7f", 3).c_str()}) {
    EXPECT_EQ(decode_base64(encode_base64(bytes)).value(), bytes);
  }
  EXPECT_EQ(encode_base64("foob"), "Zm9vYg==");
  EXPECT_EQ(encode_base64(std::string("\0\0", 2)), "AAA=");
  EXPECT_EQ(decode_base64("AAA=").value(), std::string("\0\0", 2));
}

TEST(Base64, PassesOverLineBreaks) {
  EXPECT_EQ(decode_base64("Zm9v\nYg==\n").value(), "foob");
}

TEST(Base64, RefusesWhatIsNone) {
  for (const char* text : {"A", "AA", "AAA", "====", "A===", "AAA*", "AAA\xff", "Zm9v!Yg="}) {
    EXPECT_TRUE(decode_base64(text).has_error()) << text;
  }
}

}  // namespace
}  // namespace hearth
