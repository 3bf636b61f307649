// SPDX-License-Identifier: Apache-2.0
#include "cloud/api/store/restoring.hpp"

#include <gtest/gtest.h>

#include "cloud/api/store/writing.hpp"

namespace hearth::api {
namespace {

using nlohmann::json;

class Restoring : public testing::Test {
 protected:
  static ObjectPtr lamp(const std::string& name, int version, const std::string& spec, int generation = 1,
                        const std::string& state = "off", const std::string& uid = "u") {
    return Object::of(json{{"kind", "Lamp"},
                           {"metadata",
                            {{"name", name},
                             {"namespace", "home"},
                             {"uid", uid + name},
                             {"generation", generation},
                             {"resourceVersion", std::to_string(version)}}},
                           {"spec", {{"value", spec}}},
                           {"status", {{"state", state}}}});
  }
  static Key key(const std::string& name, const std::string& resource = "lamps.example.org") {
    return {resource, "home", name};
  }
  Restored restore(std::uint64_t version = 50) {
    Writing writing(latest_, false);
    const auto restored = restore_state(writing, {version, wanted_});
    changes_ = writing.take();
    return restored;
  }
  json now(const Key& which) const { return latest_.objects.at(which)->tree(); }

  LatestState latest_{{}, 100};
  Objects wanted_;
  std::vector<ChangePtr> changes_;
};

TEST_F(Restoring, LeavesAloneWhatIsAsItWas) {
  latest_.objects[key("a")] = wanted_[key("a")] = lamp("a", 7, "x");
  latest_.objects[key("b")] = lamp("b", 90, "x");
  wanted_[key("b")] = lamp("b", 8, "x");
  const auto restored = restore();
  EXPECT_TRUE(changes_.empty());
  EXPECT_EQ(restored.objects, 2U);
  EXPECT_EQ(restored.added + restored.changed + restored.removed, 0U);
}

TEST_F(Restoring, AddsChangesAndRemovesUnderVersionsNobodyHasSeen) {
  latest_.objects[key("changed")] = lamp("changed", 90, "new", 4);
  latest_.objects[key("later")] = lamp("later", 91, "x");
  wanted_[key("changed")] = lamp("changed", 8, "old", 2);
  wanted_[key("gone")] = lamp("gone", 9, "x");
  const auto restored = restore();
  EXPECT_EQ(restored.added, 1U);
  EXPECT_EQ(restored.changed, 1U);
  EXPECT_EQ(restored.removed, 1U);
  ASSERT_EQ(changes_.size(), 3U);
  std::uint64_t last = 50 + kVersionsSkipped;
  for (const auto& change : changes_) {
    EXPECT_EQ(change->version, ++last);
    EXPECT_EQ(change->object->version(), std::to_string(change->version));
  }
  EXPECT_FALSE(latest_.objects.contains(key("later")));
  EXPECT_EQ(now(key("changed"))["spec"]["value"], "old");
}

TEST_F(Restoring, NeverGoesBackBehindWhatThisStoreHasGivenOut) {
  latest_.last_version = 3 * kVersionsSkipped;
  wanted_[key("a")] = lamp("a", 7, "x");
  restore();
  EXPECT_EQ(changes_.front()->version, 3 * kVersionsSkipped + 1);
}

TEST_F(Restoring, CountsTheGenerationOnWhenTheSpecGoesBack) {
  latest_.objects[key("a")] = lamp("a", 90, "new", 4);
  wanted_[key("a")] = lamp("a", 8, "old", 2);
  restore();
  EXPECT_EQ(now(key("a"))["metadata"]["generation"], 5);
}

TEST_F(Restoring, FindsNothingToDoTheSecondTime) {
  latest_.objects[key("a")] = lamp("a", 90, "new", 4, "on");
  wanted_[key("a")] = lamp("a", 8, "old", 2);
  wanted_[key("gone")] = lamp("gone", 9, "x");
  restore();
  EXPECT_EQ(changes_.size(), 2U);
  restore();
  EXPECT_TRUE(changes_.empty());
}

TEST_F(Restoring, KeepsTheStatusOfACustomObjectThatIsStillThere) {
  latest_.objects[key("a")] = lamp("a", 90, "new", 4, "on");
  wanted_[key("a")] = lamp("a", 8, "old", 2, "off");
  latest_.objects[key("n", "nodes")] = lamp("n", 91, "x", 1, "on");
  wanted_[key("n", "nodes")] = lamp("n", 9, "x", 1, "off");
  restore();
  EXPECT_EQ(now(key("a"))["status"]["state"], "on");
  EXPECT_EQ(now(key("n", "nodes"))["status"]["state"], "off");
}

TEST_F(Restoring, ShowsAnObjectOfTheSameNameButAnotherUidAsGoneAndMadeAnew) {
  latest_.objects[key("a")] = lamp("a", 90, "new", 4, "on", "other");
  wanted_[key("a")] = lamp("a", 8, "old", 2);
  EXPECT_EQ(restore().changed, 1U);
  ASSERT_EQ(changes_.size(), 2U);
  EXPECT_TRUE(changes_[0]->deleted);
  EXPECT_EQ(changes_[1]->previous, nullptr);
  EXPECT_EQ(now(key("a"))["status"]["state"], "off");
  EXPECT_EQ(now(key("a"))["metadata"]["generation"], 2);
}

}  // namespace
}  // namespace hearth::api
