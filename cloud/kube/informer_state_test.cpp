// SPDX-License-Identifier: Apache-2.0
#include "cloud/kube/informer_state.hpp"

#include <gmock/gmock.h>

namespace hearth::kube {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using testing::ElementsAre;
using testing::IsEmpty;

json device(const std::string& name, const std::string& version, const std::string& uid = "u1") {
  return {
      {"kind", "Device"},
      {"metadata", {{"namespace", "default"}, {"name", name}, {"resourceVersion", version}, {"uid", uid}}}};
}

WatchEvent event(const std::string& type, json object) {
  return {type, Object::of(object)};
}

std::vector<std::string> versions(const std::vector<ObjectPtr>& objects) {
  std::vector<std::string> out;
  for (const auto& object : objects) {
    out.push_back(std::string(object->name()).append("@").append(object->version()));
  }
  return out;
}

const Result<void> kCleanEnd;
const Result<void> kCut = unavailable("LinkLost", "the connection was cut");

class Informing : public testing::Test {
 protected:
  InformerState::Changes list(std::vector<json> items, std::string version) {
    ObjectList listed{{}, std::move(version)};
    for (auto& item : items)
      listed.items.push_back(Object::of(item));
    return state_.listed(std::move(listed));
  }
  bool wants_list() { return std::holds_alternative<InformerState::ListAll>(state_.next()); }
  std::string wanted_watch() {
    const auto step = state_.next();
    const auto* watch = std::get_if<InformerState::Watch>(&step);
    return watch != nullptr ? watch->resource_version : "none";
  }
  std::chrono::milliseconds wanted_wait() {
    const auto step = state_.next();
    const auto* wait = std::get_if<InformerState::Wait>(&step);
    return wait != nullptr ? wait->delay : 0ms;
  }

  double random_ = 1.0;
  InformerState state_{100ms, 350ms, [this] { return random_; }};
};

TEST_F(Informing, ListsThenWatchesFromTheListsVersion) {
  EXPECT_TRUE(wants_list());
  const auto changes = list({device("lamp", "5"), device("pump", "3")}, "7");
  EXPECT_THAT(versions(changes.upserts), ElementsAre("lamp@5", "pump@3"));
  EXPECT_TRUE(changes.synced);
  EXPECT_EQ(wanted_watch(), "7");
}

TEST_F(Informing, TellsWhatTheWatchShows) {
  list({device("lamp", "5")}, "7");
  EXPECT_THAT(versions(state_.event(event("MODIFIED", device("lamp", "8"))).upserts), ElementsAre("lamp@8"));
  EXPECT_THAT(versions(state_.event(event("ADDED", device("pump", "9", "u2"))).upserts),
              ElementsAre("pump@9"));
  EXPECT_THAT(versions(state_.event(event("DELETED", device("lamp", "10"))).deletes), ElementsAre("lamp@10"));
  EXPECT_EQ(state_.resource_version(), "10");
}

TEST_F(Informing, GoesOnAfterACleanEndFromTheLastVersion) {
  list({}, "7");
  EXPECT_EQ(wanted_watch(), "7");
  state_.event(event("BOOKMARK", {{"metadata", {{"resourceVersion", "40"}}}}));
  state_.watch_ended(kCleanEnd);
  EXPECT_EQ(wanted_watch(), "40");
}

TEST_F(Informing, PausesBeforeItWatchesAgainWhatEndedAtOnce) {
  list({}, "7");
  EXPECT_EQ(wanted_watch(), "7");
  state_.watch_ended(kCleanEnd);
  EXPECT_EQ(wanted_wait(), 100ms);
  EXPECT_EQ(wanted_watch(), "7");
}

TEST_F(Informing, ARelistTellsOnlyWhatDiffers) {
  list({device("same", "1"), device("changed", "2"), device("gone", "3")}, "7");
  state_.watch_ended(Error{ErrorClass::conflict, "Expired", "too old resource version"});
  EXPECT_EQ(wanted_wait(), 200ms);
  EXPECT_TRUE(wants_list());
  const auto changes = list({device("same", "1"), device("changed", "9"), device("new", "8")}, "20");
  EXPECT_THAT(versions(changes.deletes), ElementsAre("gone@3"));
  EXPECT_THAT(versions(changes.upserts), ElementsAre("changed@9", "new@8"));
  EXPECT_FALSE(changes.synced);
  EXPECT_EQ(wanted_watch(), "20");
}

TEST_F(Informing, AnotherUidUnderTheSameNameIsADeleteAndAnUpsert) {
  list({device("lamp", "5", "old")}, "7");
  const auto changes = list({device("lamp", "9", "new")}, "9");
  EXPECT_THAT(versions(changes.deletes), ElementsAre("lamp@5"));
  EXPECT_THAT(versions(changes.upserts), ElementsAre("lamp@9"));
}

TEST_F(Informing, PausesGrowToTheirBoundAndShrinkAfterNews) {
  for (const auto expected : {200ms, 350ms, 350ms}) {
    state_.list_failed();
    EXPECT_EQ(wanted_wait(), expected);
    EXPECT_TRUE(wants_list());
  }
  list({}, "1");
  state_.event(event("ADDED", device("lamp", "2")));
  state_.watch_ended(kCut);
  EXPECT_EQ(wanted_wait(), 200ms);
}

TEST_F(Informing, AWatchThatFailsAtOnceKeepsThePauseGrowing) {
  for (const auto expected : {200ms, 350ms, 350ms}) {
    list({}, "1");
    EXPECT_EQ(wanted_watch(), "1");
    state_.watch_ended(kCut);
    EXPECT_EQ(wanted_wait(), expected);
  }
}

TEST_F(Informing, PausesAreSpreadDownToTheMinimum) {
  random_ = 0.0;
  state_.list_failed();
  EXPECT_EQ(wanted_wait(), 100ms);
}

TEST_F(Informing, PassesOverGarbage) {
  list({json(3), json::object(), {{"metadata", 7}}, device("lamp", "5")}, "7");
  EXPECT_EQ(state_.ignored(), 3U);
  for (const auto& odd :
       {WatchEvent(), WatchEvent{"ADDED", nullptr}, event("ADDED", json::array()), event("ADDED", "x"),
        event("ADDED", json::object()), event("EXPLODED", device("x", "8"))}) {
    const auto changes = state_.event(odd);
    EXPECT_THAT(changes.upserts, IsEmpty());
    EXPECT_THAT(changes.deletes, IsEmpty());
  }
  EXPECT_EQ(state_.ignored(), 9U);
}

TEST_F(Informing, ADeleteOfWhatWasNeverToldIsNotTold) {
  list({}, "7");
  EXPECT_THAT(state_.event(event("DELETED", device("lamp", "8"))).deletes, IsEmpty());
}

}  // namespace
}  // namespace hearth::kube
