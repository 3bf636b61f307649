// SPDX-License-Identifier: Apache-2.0
#include "sdk/base/ids.hpp"

#include <gtest/gtest.h>

namespace hearth {
namespace {

TEST(DeviceId, HasNamespaceAndName) {
  const auto id = parse_device_id("plant/pump-1").value();
  EXPECT_EQ(id.ns, "plant");
  EXPECT_EQ(id.name, "pump-1");
  EXPECT_EQ(id.str(), "plant/pump-1");
}

TEST(DeviceId, OfOneSegmentIsInDefault) {
  EXPECT_EQ(parse_device_id("lamp").value().str(), "default/lamp");
}

TEST(DeviceId, RefusesWhatKubernetesWouldNotName) {
  for (const char* text : {"", "/", "a/", "/a", "a/b/c", "A/b", "a/-b", "a/b.", "a/b..c", "a b", "a/b\n"}) {
    EXPECT_TRUE(parse_device_id(text).has_error()) << text;
  }
  EXPECT_TRUE(parse_device_id(std::string(254, 'a')).has_error());
}

TEST(Uuid, IsNewEachTimeAndOfVersionFour) {
  const auto one = new_uuid();
  EXPECT_EQ(one.size(), 36u);
  EXPECT_EQ(one[14], '4');
  EXPECT_NE(one, new_uuid());
}

}  // namespace
}  // namespace hearth
