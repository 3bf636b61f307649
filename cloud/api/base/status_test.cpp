// SPDX-License-Identifier: Apache-2.0
#include "cloud/api/base/status.hpp"

#include <gtest/gtest.h>

namespace hearth::api {
namespace {

const KindName kDevice{"devices.kubeedge.io", "devices", "Device"};
const KindName kNode{"", "nodes", "Node"};

TEST(Status, NamesAMissingObjectByItsResource) {
  const auto body = not_found(kDevice, "x").body();
  EXPECT_EQ(body["message"], "devices.devices.kubeedge.io \"x\" not found");
  EXPECT_EQ(body["details"]["kind"], "devices");
  EXPECT_EQ(body["details"]["group"], "devices.kubeedge.io");
  EXPECT_EQ(body["code"], 404);
  EXPECT_EQ(body["status"], "Failure");
  const auto core = not_found(kNode, "x").body();
  EXPECT_EQ(core["message"], "nodes \"x\" not found");
  EXPECT_FALSE(core["details"].contains("group"));
}

TEST(Status, NamesAnInvalidObjectByItsKindWithAllCauses) {
  const auto one = invalid(kDevice, "x", {{"spec.a", "FieldValueRequired", "Required value"}}).body();
  EXPECT_EQ(one["message"], "Device.devices.kubeedge.io \"x\" is invalid: spec.a: Required value");
  EXPECT_EQ(one["details"]["kind"], "Device");
  const auto two = invalid(kDevice, "x", {{"spec.a", "R", "A"}, {"spec.b", "R", "B"}}).body();
  EXPECT_EQ(two["message"], "Device.devices.kubeedge.io \"x\" is invalid: [spec.a: A, spec.b: B]");
  EXPECT_EQ(two["details"]["causes"].size(), 2U);
}

TEST(Status, AnExpiredPageCarriesAFreshToken) {
  const auto body = expired("too old", "0/a/b").body();
  EXPECT_EQ(body["metadata"]["continue"], "0/a/b");
  EXPECT_FALSE(body["details"].contains("continue"));
  EXPECT_EQ(body["reason"], "Expired");
}

}  // namespace
}  // namespace hearth::api
