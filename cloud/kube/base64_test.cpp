// SPDX-License-Identifier: Apache-2.0
#include "cloud/kube/base64.hpp"

#include <gtest/gtest.h>

namespace hearth::kube {
namespace {

TEST(Base64, DecodesWithEveryPadding) {
  EXPECT_EQ(*decode_base64(""), "");
  EXPECT_EQ(*decode_base64("Zg=="), "f");
  EXPECT_EQ(*decode_base64("Zm8="), "fo");
  EXPECT_EQ(*decode_base64("Zm9v"), "foo");
  EXPECT_EQ(*decode_base64("Zm9v\n  Zg==\n"), "foof");
}

TEST(Base64, RefusesWhatIsNone) {
  for (const auto* text : {"Z", "Zm9", "====", "Zm9v!", "Z===", "Zm8=Zm8=", "Zm9v\x01"}) {
    EXPECT_FALSE(decode_base64(text)) << text;
  }
}

}  // namespace
}  // namespace hearth::kube
