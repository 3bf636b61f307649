// SPDX-License-Identifier: Apache-2.0
#include "cloud/controller/controller_core.hpp"

#include "cloud/controller/api_health.hpp"
#include "cloud/controller/core_fixture.hpp"

namespace hearth::controller {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::Contains;
using testing::device_json;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
using testing::TestDevice;

class ControllerCoreTest : public testing::CoreFixture {};

TEST_F(ControllerCoreTest, BringsADeviceToItsNodeAndSaysSo) {
  start();
  EXPECT_THAT(told(), ElementsAre("insert default/devicemodel/dimmer", "update default/device/lamp"));
  EXPECT_EQ(state_of("Synced"), "True Delivered");
  EXPECT_EQ(state_of("Reachable"), "True NodeConnected");
  EXPECT_EQ(status()["observedGeneration"], 1);
}

TEST_F(ControllerCoreTest, TakesAReportWithoutObservedDesiredOfADeviceWithoutTwins) {
  start();
  const auto id = report("ON");
  settle();
  EXPECT_EQ(answer(id), "OK");
  EXPECT_EQ(values(), "power=ON") << "the first report of a property counts";
  EXPECT_FALSE(status()["twins"][0].contains("observedDesired"));
}

TEST_F(ControllerCoreTest, NeverSendsADeviceDownForItsOwnStatusWrite) {
  start();
  sent_.clear();
  for (int i = 0; i < 20; ++i) {
    report(std::to_string(i));
    settle();
  }
  EXPECT_EQ(values(), "power=19");
  EXPECT_THAT(told(), IsEmpty());
}

TEST_F(ControllerCoreTest, KeepsWhatWasReportedWhenAManifestIsAppliedAgain) {
  start();
  report("ON");
  settle();
  json applied = api_.at("default/lamp");
  applied["metadata"]["labels"]["room"] = "kitchen";
  put(applied);
  EXPECT_EQ(settle(), 0);
  json replaced = device_json();
  replaced.erase("status");
  put(replaced);
  settle();
  EXPECT_EQ(values(), "power=ON") << "even where a replace takes the status away";
  EXPECT_EQ(status()["twins"][0]["reported"]["metadata"]["timestamp"], "7");
  EXPECT_EQ(state_of("Synced"), "True Delivered");
  EXPECT_EQ(told().size(), 2U) << "nothing of this went down";
}

TEST_F(ControllerCoreTest, TellsDevicesOfOneNameInTwoNamespacesApart) {
  json other = device_json({.uid = "uid-other"});
  other["metadata"]["namespace"] = "attic";
  auto model = testing::model_json();
  model["metadata"]["namespace"] = "attic";
  core_->model_upsert(Object::of(model));
  put(other);
  start();
  report("ON");
  report("OFF", "attic/lamp");
  settle();
  EXPECT_EQ(values(), "power=ON");
  EXPECT_EQ(values("attic/lamp"), "power=OFF");
}

TEST_F(ControllerCoreTest, RemovesTheTwinOfAPropertyThatIsNoMore) {
  start();
  say("edge-1", twin_message("default/lamp", {{"power", value("ON")}, {"brightness", value("40")}}));
  settle();
  EXPECT_EQ(values(), "power=ON,brightness=40");
  json smaller = api_.at("default/lamp");
  smaller["spec"]["properties"].erase(1);
  smaller["metadata"]["generation"] = 2;
  put(smaller);
  settle();
  EXPECT_EQ(values(), "power=ON");
  EXPECT_EQ(status()["twins"].size(), 1U);
}

TEST_F(ControllerCoreTest, GivesANodeThatLostItsDatabaseItsWholeSetAgain) {
  start();
  sent_.clear();
  core_->node_disconnected("edge-1");
  core_->node_connected("edge-1", true);
  settle();
  EXPECT_THAT(told(), ElementsAre("insert default/devicemodel/dimmer", "update default/device/lamp"));
}

TEST_F(ControllerCoreTest, BringsADeviceThatWasMadeWhileItsNodeWasAway) {
  start(false);
  EXPECT_EQ(state_of("Synced"), "False NodeAway");
  put(TestDevice{.name = "fan", .uid = "uid-fan"});
  settle();
  core_->node_connected("edge-1", false);
  settle();
  EXPECT_THAT(told(), Contains("update default/device/fan"));
  EXPECT_EQ(state_of("Synced", "default/fan"), "True Delivered");
}

TEST_F(ControllerCoreTest, AnswersEveryReport) {
  start();
  put(TestDevice{.name = "far", .node = "edge-2", .uid = "uid-far"});
  EXPECT_EQ(answer(report("ON", "default/ghost")), "");
  const auto ghost = report("ON", "default/ghost");
  const auto foreign = report("ON", "default/far");
  const auto malformed = say("edge-1", twin_message("default/lamp", {{"power", 3}}));
  const auto old = report("ON", "default/lamp", "edge-1", "uid-of-before");
  const auto unknown_property = say("edge-1", twin_message("default/lamp", {{"colour", value("red")}}));
  settle();
  EXPECT_EQ(answer(ghost), "404");
  EXPECT_EQ(answer(foreign), "403");
  EXPECT_EQ(answer(malformed), "400");
  EXPECT_EQ(answer(old), "409");
  EXPECT_EQ(answer(unknown_property), "OK");
  EXPECT_EQ(values(), "");
}

TEST_F(ControllerCoreTest, CountsReportsByVerdict) {
  start();
  report("ON");
  report("ON", "default/ghost");
  const auto output = core_->take();
  EXPECT_EQ(output.reports[static_cast<std::size_t>(Verdict::take)], 1U);
  EXPECT_EQ(output.reports[static_cast<std::size_t>(Verdict::unknown_device)], 1U);
  carry_out(output);
}

TEST_F(ControllerCoreTest, HasOnePatchOfADeviceUnderWayAndThenTheNewest) {
  start();
  const auto first = report("1");
  auto output = core_->take();
  ASSERT_EQ(output.statuses.size(), 1U);
  std::vector<std::string> ids;
  for (int i = 2; i < 100; ++i)
    ids.push_back(report(std::to_string(i)));
  EXPECT_TRUE(core_->take().statuses.empty());
  carry_out(output);
  EXPECT_EQ(settle(), 1);
  EXPECT_EQ(values(), "power=99");
  for (const auto& id : ids)
    EXPECT_EQ(answer(id), "OK");
  EXPECT_EQ(answer(first), "OK");
}

TEST_F(ControllerCoreTest, WritesNothingForWhatIsKnown) {
  start();
  report("ON");
  settle();
  const auto id = report("ON");
  EXPECT_EQ(settle(), 0);
  EXPECT_EQ(answer(id), "OK");
}

TEST_F(ControllerCoreTest, PatchesOnlyTheTwinsForAReport) {
  start();
  report("ON");
  settle();
  EXPECT_EQ(last_patch_.size(), 2U) << last_patch_;
  EXPECT_TRUE(last_patch_.contains("twins") && last_patch_.contains("values"));
}

TEST_F(ControllerCoreTest, HoldsReportsUntilItKnowsTheDevices) {
  put(TestDevice{});
  core_->node_connected("edge-1", true);
  const auto id = report("ON");
  EXPECT_TRUE(core_->take().empty());
  core_->synced();
  settle();
  EXPECT_EQ(answer(id), "OK");
  EXPECT_EQ(values(), "power=ON");
}

TEST_F(ControllerCoreTest, BoundsTheReportsItHolds) {
  put(TestDevice{});
  core_->node_connected("edge-1", true);
  std::string first;
  std::string last;
  for (int i = 0; i < 200; ++i) {
    last = report(std::string(60'000, 'x'));
    if (first.empty()) first = last;
  }
  core_->synced();
  settle();
  EXPECT_EQ(answer(first), "OK");
  EXPECT_EQ(answer(last), "") << "the node sends it again";
}

TEST_F(ControllerCoreTest, ADeviceWaitsForItsModelAndBlocksNobody) {
  put(TestDevice{.name = "odd", .model = "none", .uid = "uid-odd"});
  start();
  EXPECT_EQ(state_of("Synced", "default/odd"), "False Pending");
  EXPECT_EQ(state_of("ModelReady", "default/odd"), "False ModelMissing");
  EXPECT_EQ(state_of("Ready", "default/odd"), "False Pending");
  EXPECT_EQ(state_of("Synced"), "True Delivered");
  EXPECT_THAT(told(), Not(Contains("update default/device/odd")));
  auto model = testing::model_json();
  model["metadata"]["name"] = "none";
  core_->model_upsert(Object::of(model));
  settle();
  EXPECT_EQ(state_of("Synced", "default/odd"), "True Delivered");
}

TEST_F(ControllerCoreTest, MarksTheValuesOfASilentNodeStaleAndClearsThemWhenItIsBack) {
  start();
  report("ON");
  settle();
  core_->node_disconnected("edge-1");
  settle();
  EXPECT_EQ(pass(milliseconds(39'900)), 0);
  EXPECT_EQ(pass(milliseconds(200)), 1);
  EXPECT_EQ(state_of("Reachable"), "Unknown NodeGone");
  EXPECT_EQ(state_of("Synced"), "False NodeAway");
  EXPECT_EQ(values(), "power=ON");
  EXPECT_EQ(status()["twins"][0]["reported"]["metadata"]["stale"], "true");
  EXPECT_THAT(nodes_.back().status["status"]["conditions"][0]["status"], "Unknown");
  EXPECT_TRUE(std::any_of(events_.begin(), events_.end(),
                          [](const json& event) { return event["reason"] == "NodeGone"; }));
  core_->node_connected("edge-1", true);
  settle();
  EXPECT_EQ(state_of("Reachable"), "True NodeConnected");
  EXPECT_FALSE(status()["twins"][0]["reported"]["metadata"].contains("stale"));
  EXPECT_EQ(state_of("Synced"), "True Delivered");
}

TEST_F(ControllerCoreTest, AShortBreakOfTheLinkCostsNoStatusWrite) {
  start();
  for (int i = 0; i < 100; ++i) {
    core_->node_disconnected("edge-1");
    EXPECT_EQ(settle(), 0);
    EXPECT_EQ(pass(seconds(1)), 0);
    core_->node_connected("edge-1", true);
    EXPECT_EQ(settle(), 0);
  }
  EXPECT_EQ(state_of("Synced"), "True Delivered");
}

TEST_F(ControllerCoreTest, ARestartOfTheCloudCostsNoStatusWrite) {
  start();
  report("ON");
  settle();
  core_.emplace([this] { return clock_wall(); }, options());
  core_->model_upsert(testing::model_object());
  core_->device_upsert(Object::of(api_.at("default/lamp")));
  core_->synced();
  EXPECT_EQ(settle(), 0);
  EXPECT_EQ(pass(seconds(5)), 0);
  core_->node_connected("edge-1", true);
  EXPECT_EQ(settle(), 0);
  EXPECT_EQ(state_of("Synced"), "True Delivered");
}

TEST_F(ControllerCoreTest, AManyDevicedNodeThatGoesSilentIsWrittenInBoundedPortions) {
  for (int i = 0; i < 200; ++i) {
    const auto name = "lamp-" + std::to_string(i);
    put(TestDevice{.name = name, .uid = name});
  }
  start();
  core_->node_disconnected("edge-1");
  since_start_ += seconds(41);
  core_->tick();
  auto output = core_->take();
  EXPECT_EQ(output.statuses.size(), ControllerOptions{}.upkeep_writers);
  const auto id = report("ON", "default/lamp-150");
  const auto more = core_->take();
  EXPECT_EQ(more.statuses.size(), 1U) << "a report does not wait behind the upkeep";
  carry_out(more);
  carry_out(output);
  settle();
  EXPECT_EQ(answer(id), "OK");
  EXPECT_EQ(state_of("Reachable", "default/lamp-199"), "Unknown NodeGone");
}

TEST_F(ControllerCoreTest, WritesAllSoonAfterTheApiIsBack) {
  start();
  for (int i = 0; i < 100; ++i) {
    const auto name = "lamp-" + std::to_string(i);
    put(TestDevice{.name = name, .uid = name});
  }
  settle();
  api_away_ = true;
  std::vector<std::string> ids;
  for (int i = 0; i < 100; ++i)
    ids.push_back(report("ON", "default/lamp-" + std::to_string(i)));
  settle();
  const int tries = pass(seconds(20));
  EXPECT_LT(tries, 20) << "one at a time";
  EXPECT_EQ(answer(ids[0]), "");
  for (int i = 0; i < 100; ++i)
    report("OFF", "default/lamp-" + std::to_string(i));
  api_away_ = false;
  pass(ApiHealth::kMaxPause);
  for (int i = 0; i < 100; ++i)
    EXPECT_EQ(values("default/lamp-" + std::to_string(i)), "power=OFF");
  for (const auto& id : ids)
    EXPECT_EQ(answer(id), "OK");
}

TEST_F(ControllerCoreTest, TriesAConflictAgainWithTheFreshVersion) {
  start();
  json edited = api_.at("default/lamp");
  edited["metadata"]["resourceVersion"] = std::to_string(++version_);
  edited["status"]["note"] = "somebody else's";
  api_["default/lamp"] = edited;
  const auto id = report("ON");
  EXPECT_EQ(settle(), 2) << "the watch has not shown it yet";
  EXPECT_EQ(answer(id), "OK");
  EXPECT_EQ(values(), "power=ON");
  EXPECT_EQ(status()["note"], "somebody else's");
}

TEST_F(ControllerCoreTest, NeverWritesAReportIntoADeviceMadeAgain) {
  start();
  const auto id = report("ON");
  const auto output = core_->take();
  api_["default/lamp"] = device_json({.uid = "uid-new", .version = std::to_string(++version_)});
  carry_out(output);
  settle();
  EXPECT_EQ(answer(id), "409");
  const auto deleted = Object::of(device_json());
  core_->device_delete(deleted);
  put(api_.at("default/lamp"));
  const auto late = report("ON", "default/lamp", "edge-1", "uid-lamp");
  settle();
  EXPECT_EQ(answer(late), "409");
  EXPECT_EQ(values(), "");
}

TEST_F(ControllerCoreTest, RefusesWhatIsOwedForADeviceThatIsDeleted) {
  start();
  api_away_ = true;
  const auto waiting = report("ON");
  settle();
  remove();
  settle();
  EXPECT_EQ(answer(waiting), "404");
}

TEST_F(ControllerCoreTest, KnowsItsOwnWritesWhetherTheAnswerOrTheWatchIsQuicker) {
  start();
  watch_shows_ = false;
  report("ON");
  const auto output = core_->take();
  ASSERT_EQ(output.statuses.size(), 1U);
  json next = api_.at("default/lamp");
  next["status"].merge_patch(output.statuses[0].body["status"]);
  next["metadata"]["resourceVersion"] = std::to_string(++version_);
  core_->device_upsert(Object::of(next));
  core_->status_written({"default", "lamp"}, Object::of(next));
  EXPECT_EQ(core_->statuses_waiting(), 0U) << "there is nothing to look at again";
  EXPECT_EQ(settle(), 0);
}

TEST_F(ControllerCoreTest, RefreshesATextThatChangesAllTheTimeOnceAMinute) {
  start();
  const auto tell = [this](const std::string& text) {
    const auto content = wire::conditions_report(
        1, "uid-lamp", {{"MapperReady", wire::ConditionStatus::no, "NoAnswer", text, {}}});
    return say("edge-1",
               wire::make_message({"twin", "resource", "update", "device/default/lamp/conditions/update"},
                                  content, 1));
  };
  tell("0 failures");
  settle();
  int writes = 0;
  for (int i = 1; i <= 170; ++i) {
    const auto id = tell(std::to_string(i) + " failures");
    writes += settle();
    EXPECT_EQ(answer(id), "OK");
    writes += pass(seconds(1));
  }
  EXPECT_LE(writes, 4);
  writes = pass(seconds(60));
  EXPECT_EQ(writes, 1) << "the last one is not forgotten";
  EXPECT_EQ(condition("MapperReady")["message"], "170 failures");
  EXPECT_EQ(pass(seconds(300)), 0);
}

TEST_F(ControllerCoreTest, MovesADeviceFromNodeToNode) {
  start();
  core_->node_connected("edge-2", true);
  settle();
  json moved = api_.at("default/lamp");
  moved["spec"]["nodeName"] = "edge-2";
  moved["metadata"]["generation"] = 2;
  acks_ = false;
  sent_.clear();
  put(moved);
  settle();
  EXPECT_THAT(told(), Contains("delete default/device/lamp"));
  EXPECT_THAT(told("edge-2"), IsEmpty());
  EXPECT_EQ(state_of("Synced"), "False Pending");
  acks_ = true;
  pass(seconds(11));
  EXPECT_THAT(told("edge-2"), Contains("insert default/device/lamp"));
  EXPECT_EQ(state_of("Synced"), "True Delivered");
  const auto late = report("ON");
  settle();
  EXPECT_EQ(answer(late), "403");
}

TEST_F(ControllerCoreTest, MakesTheNodeAndKeepsItsHeartbeat) {
  start();
  ASSERT_FALSE(nodes_.empty());
  EXPECT_TRUE(nodes_.front().create);
  const auto before = nodes_.size();
  pass(seconds(60));
  EXPECT_EQ(nodes_.size() - before, 6U);
}

TEST_F(ControllerCoreTest, IsIdleWhenNothingIsDue) {
  put(TestDevice{.node = ""});
  core_->synced();
  settle();
  EXPECT_EQ(core_->wake_after(), std::nullopt);
}

TEST_F(ControllerCoreTest, DoesTheSameForTheSameInputs) {
  const auto run = [this] {
    sent_.clear();
    api_.clear();
    ids_ = 0;
    version_ = 100;
    since_start_ = {};
    core_.emplace([this] { return clock_wall(); }, options());
    core_->model_upsert(testing::model_object());
    start();
    core_->node_disconnected("edge-1");
    pass(seconds(50));
    core_->node_connected("edge-1", true);
    settle();
    std::string all = api_.at("default/lamp").dump();
    for (const auto& send : sent_)
      all += wire::print(send.message);
    return all;
  };
  const auto first = run();
  EXPECT_EQ(first, run());
}

}  // namespace
}  // namespace hearth::controller
