// SPDX-License-Identifier: Apache-2.0
#include "cloud/api/store/published_objects.hpp"

#include <gtest/gtest.h>

namespace hearth::api {
namespace {

using nlohmann::json;

/// Writes as the store does: each change knows the state before it.
class PublishedTest : public ::testing::Test {
 protected:
  std::uint64_t put(const std::string& resource, const std::string& name, const std::string& value) {
    const json object = {{"metadata", {{"name", name}, {"namespace", "home"}}}, {"value", value}};
    return publish({resource, "home", name}, Object::of(object), false);
  }
  std::uint64_t put(const std::string& name, ObjectPtr object) {
    return publish({"lamps", "home", name}, std::move(object), false);
  }
  std::uint64_t erase(const std::string& resource, const std::string& name) {
    const Key key{resource, "home", name};
    return publish(key, objects_.get(key), true);
  }
  std::string names(const std::string& resource, std::optional<std::uint64_t> version) const {
    const auto snapshot = objects_.list(resource, "home", version);
    if (!snapshot) return snapshot.error().message();
    std::string text;
    for (const auto& object : snapshot->objects)
      text += name_of(*object) + "=" + text_at(object->tree(), {"value"}) + " ";
    return text;
  }

  PublishedObjects objects_;

 private:
  std::uint64_t publish(Key key, ObjectPtr object, bool deleted) {
    auto change = std::make_shared<Change>();
    change->version = ++version_;
    change->previous = objects_.get(key);
    change->key = std::move(key);
    change->object = std::move(object);
    change->deleted = deleted;
    objects_.publish(change);
    return version_;
  }

  std::uint64_t version_ = 0;
};

TEST_F(PublishedTest, EachVersionCanBeListedAsItWas) {
  put("lamps", "b", "1");
  const auto one = put("lamps", "d", "1");
  put("lamps", "a", "1");
  put("pumps", "b", "9");
  put("lamps", "d", "2");
  const auto two = put("lamps", "d", "3");
  erase("lamps", "b");
  put("lamps", "e", "1");
  erase("lamps", "d");
  EXPECT_EQ(names("lamps", one), "b=1 d=1 ");
  EXPECT_EQ(names("lamps", two), "a=1 b=1 d=3 ");
  EXPECT_EQ(names("lamps", std::nullopt), "a=1 e=1 ");
  EXPECT_EQ(names("pumps", one), "");
  EXPECT_EQ(objects_.list("lamps", "attic", two)->objects.size(), 0U);
}

TEST_F(PublishedTest, AWatchGetsTheChangesOfItsKindAfterItsVersion) {
  put("lamps", "a", "1");
  const auto after = put("pumps", "a", "1");
  put("pumps", "a", "2");
  put("lamps", "a", "2");
  put("lamps", "a", "3");
  const auto start = objects_.watch_start("lamps", "", after);
  ASSERT_TRUE(start);
  ASSERT_EQ(start->backlog.size(), 2U);
  EXPECT_EQ(start->backlog[0]->version, after + 2);
  EXPECT_EQ(objects_.watch_start("taps", "", after)->backlog.size(), 0U);
}

TEST_F(PublishedTest, SmallChangesAreKeptByTheTenThousand) {
  const auto first = put("lamps", "a", "0");
  for (int i = 1; i <= 30'000; ++i)
    put("lamps", "a", std::to_string(i));
  EXPECT_EQ(objects_.window().size(), 30'001U);
  EXPECT_EQ(names("lamps", first), "a=0 ");
  EXPECT_LT(objects_.window().bytes(), ChangeWindow::kMostBytes);
}

TEST_F(PublishedTest, TheWindowIsBoundedInChanges) {
  const auto first = put("lamps", "a", "0");
  const auto same = objects_.get({"lamps", "home", "a"});
  // New objects hold no state before them: only the changes themselves are counted.
  for (int i = 0; i < 100'001; ++i)
    put(std::to_string(i), same);
  EXPECT_LE(objects_.window().size(), ChangeWindow::kMost);
  EXPECT_LE(objects_.window().bytes(), ChangeWindow::kMostBytes);
  EXPECT_EQ(objects_.watch_start("lamps", "", first).error().code(), 410);
}

TEST_F(PublishedTest, GreatObjectsLeaveAThousandChangesUntilThoseAreTooMuch) {
  for (int i = 0; i < 1'100; ++i)
    put("lamps", "a", std::string(32 * 1024, 'x'));
  EXPECT_EQ(objects_.window().size(), ChangeWindow::kFew);
  for (int i = 0; i < 40; ++i)
    put("lamps", "a", std::string(4 * 1024 * 1024, 'x'));
  EXPECT_LE(objects_.window().bytes(), ChangeWindow::kMostBytesOfFew);
  EXPECT_LT(objects_.window().size(), 32U);
  EXPECT_EQ(names("lamps", 1).substr(0, 29), "too old resource version: 1 (");
}

TEST_F(PublishedTest, AKindThatLeavesTheWindowLeavesNothingBehind) {
  put("lamps", "a", "1");
  erase("lamps", "a");
  for (int i = 0; i < 40; ++i)
    put("pumps", "a", std::string(4 * 1024 * 1024, 'x'));
  EXPECT_EQ(names("lamps", std::nullopt), "");
  EXPECT_EQ(objects_.watch_start("lamps", "", 1).error().code(), 410);
}

}  // namespace
}  // namespace hearth::api
