// SPDX-License-Identifier: Apache-2.0
#include "cloud/api/event_retention.hpp"

#include <gtest/gtest.h>

#include <map>

namespace hearth::api {
namespace {

using nlohmann::json;

constexpr auto kNow = WallTime(std::chrono::hours(500'000));

/// Only what the subject uses: a list of Events to look at and to erase from.
class Events : public Transaction {
 public:
  void add(const std::string& name, WallTime last, WallTime created) {
    objects_[name] = Object::of(json{
        {"metadata", {{"name", name}, {"namespace", "home"}, {"creationTimestamp", to_rfc3339(created)}}},
        {"lastTimestamp", to_rfc3339(last)}});
  }
  bool has(const std::string& name) const { return objects_.contains(name); }
  std::size_t size() const { return objects_.size(); }

  ObjectPtr get(const Key& key) const override {
    const auto found = objects_.find(key.name);
    return found == objects_.end() ? nullptr : found->second;
  }
  std::vector<ObjectPtr> list(const std::string& resource, const std::string& ns) const override {
    EXPECT_EQ(resource + " " + ns, "events home");
    std::vector<ObjectPtr> all;
    for (const auto& [name, object] : objects_)
      all.push_back(object);
    return all;
  }
  bool holds(const std::string&) const override { return !objects_.empty(); }
  bool namespace_empty(const std::string&) const override { return objects_.empty(); }
  std::vector<Key> keys_in_namespace(const std::string&) const override { return {}; }
  ObjectPtr put(const Key&, json) override { return nullptr; }
  ObjectPtr put_status(const Key&, std::string_view) override { return nullptr; }
  ObjectPtr erase(const Key& key, json) override {
    EXPECT_EQ(key.resource + " " + key.ns, "events home");
    objects_.erase(key.name);
    return nullptr;
  }
  const Objects& all() const override { return none_; }
  void put_back(const Key&, const ObjectPtr&) override {}
  void skip_versions(std::uint64_t) override {}

 private:
  Objects none_;
  std::map<std::string, ObjectPtr> objects_;
};

TEST(EventRetention, DropsWhatIsOlderThanAnHourAndKeepsWhatHappenedAgain) {
  Events events;
  events.add("over", kNow - std::chrono::hours(2), kNow - std::chrono::hours(2));
  events.add("again", kNow - std::chrono::minutes(1), kNow - std::chrono::hours(30));
  events.add("new", kNow, kNow);
  drop_old_events(events, "home", kNow);
  EXPECT_FALSE(events.has("over"));
  EXPECT_TRUE(events.has("again"));
  EXPECT_TRUE(events.has("new"));
}

TEST(EventRetention, MakesRoomForOneMoreByDroppingTheOldest) {
  Events events;
  for (std::size_t i = 0; i < kMaxEvents + 10; ++i) {
    const auto time = kNow - std::chrono::seconds(i);
    events.add("e" + std::to_string(i), time, time);
  }
  drop_old_events(events, "home", kNow);
  EXPECT_EQ(events.size(), kMaxEvents - 1);
  EXPECT_TRUE(events.has("e0"));
  EXPECT_FALSE(events.has("e" + std::to_string(kMaxEvents)));
}

TEST(EventRetention, LooksOnlyNowAndThen) {
  Events events;
  EventRetention retention;
  retention.make_room(events, "home", kNow);
  events.add("over", kNow - std::chrono::hours(2), kNow - std::chrono::hours(2));
  for (std::size_t i = 1; i < EventRetention::kMakeEvery; ++i)
    retention.make_room(events, "home", kNow);
  EXPECT_TRUE(events.has("over"));
  retention.make_room(events, "home", kNow);
  EXPECT_FALSE(events.has("over"));
  events.add("over", kNow - std::chrono::hours(2), kNow - std::chrono::hours(2));
  retention.make_room(events, "home", kNow + EventRetention::kLookEvery);
  EXPECT_FALSE(events.has("over"));
}

}  // namespace
}  // namespace hearth::api
