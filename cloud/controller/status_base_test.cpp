// SPDX-License-Identifier: Apache-2.0
#include "cloud/controller/status_base.hpp"

#include <gtest/gtest.h>

#include "cloud/controller/test_objects.hpp"

namespace hearth::controller {
namespace {

using testing::device_object;

DeviceObject lamp(const std::string& version, const std::string& state, const std::string& uid = "uid-lamp") {
  return *read_device(device_object({.uid = uid, .version = version, .status = {{"state", state}}}));
}

TEST(StatusBase, PrefersTheAnswerToOurPatchUntilTheWatchHasCaughtUp) {
  StatusBase base;
  EXPECT_EQ(base.status(lamp("10", "a"))["state"], "a");
  base.patched("uid-lamp", lamp("12", "b"));
  base.observed(lamp("11", "a"));
  EXPECT_EQ(base.status(lamp("11", "a"))["state"], "b");
  base.observed(lamp("13", "c"));
  EXPECT_EQ(base.status(lamp("13", "c"))["state"], "c");
  EXPECT_FALSE(base.is_haunted(lamp("13", "c")));
}

TEST(StatusBase, KnowsAStatusThatWasMeantForANamesake) {
  StatusBase base;
  base.patched("uid-lamp", lamp("12", "b", "uid-new"));
  EXPECT_TRUE(base.is_haunted(lamp("11", "", "uid-new")));
  EXPECT_EQ(base.status(lamp("11", "", "uid-new"))["state"], "b");
  base.patched("uid-new", lamp("14", "", "uid-new"));
  EXPECT_FALSE(base.is_haunted(lamp("14", "", "uid-new")));
}

}  // namespace
}  // namespace hearth::controller
