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

std::string state(const StatusBase& base, const DeviceObject& device) {
  return text_at(base.newest(device).status(), {"state"});
}

TEST(StatusBase, PrefersTheAnswerToOurPatchUntilTheWatchHasCaughtUp) {
  StatusBase base;
  EXPECT_EQ(state(base, lamp("10", "a")), "a");
  EXPECT_FALSE(base.patched(lamp("12", "b")));
  EXPECT_FALSE(base.observed(lamp("11", "a"))) << "somebody else's";
  EXPECT_EQ(state(base, lamp("11", "a")), "b");
  EXPECT_TRUE(base.observed(lamp("12", "b"))) << "our own";
  EXPECT_FALSE(base.observed(lamp("13", "c")));
  EXPECT_EQ(state(base, lamp("13", "c")), "c");
}

TEST(StatusBase, KnowsAnAnswerThatTheWatchHasShownBefore) {
  StatusBase base;
  EXPECT_FALSE(base.observed(lamp("12", "b")));
  EXPECT_TRUE(base.patched(lamp("12", "b")));
}

TEST(StatusBase, NeverTakesANamesakesStatus) {
  StatusBase base;
  base.patched(lamp("12", "b"));
  EXPECT_EQ(state(base, lamp("11", "new", "uid-new")), "new");
  base.observed(lamp("14", "new", "uid-new"));
  EXPECT_EQ(state(base, lamp("14", "new", "uid-new")), "new");
}

TEST(StatusBase, TakesWhatWasFetchedAfterAConflict) {
  StatusBase base;
  base.observed(lamp("10", "a"));
  base.fetched(lamp("15", "d"));
  EXPECT_EQ(base.newest(lamp("10", "a")).resource_version, "15");
  base.forget({"default", "lamp"});
  EXPECT_EQ(base.newest(lamp("10", "a")).resource_version, "10");
}

}  // namespace
}  // namespace hearth::controller
