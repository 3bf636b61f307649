// SPDX-License-Identifier: Apache-2.0
#include "cloud/ctl/trace_merge.hpp"

#include <gmock/gmock.h>

namespace hearth::ctl {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const WallTime kStart = *parse_rfc3339("2026-01-01T12:00:01.000000Z");

std::string line(int step, std::string id = "e1", std::string text = "power=ON") {
  TraceEvent event;
  event.step = step;
  event.time = kStart + std::chrono::microseconds(400 * step);
  event.device = "default/lamp";
  event.event_id = std::move(id);
  event.text = std::move(text);
  return to_json(event).dump();
}

void add_steps(TraceMerge& merge, int from, int to, const std::string& id = "e1") {
  for (int step = from; step <= to; ++step)
    merge.add_line(line(step, id), kStart);
}

std::vector<int> steps(const Chain& chain) {
  std::vector<int> out;
  for (const auto& event : chain.events)
    out.push_back(event.step);
  return out;
}

TEST(TraceMerge, OrdersBySteps) {
  TraceMerge merge;
  for (const int step : {7, 1, 8, 3, 2, 5, 4, 6})
    merge.add_line(line(step), kStart);
  EXPECT_THAT(steps(*merge.newest()), ElementsAre(1, 2, 3, 4, 5, 6, 7, 8));
  EXPECT_THAT(merge.take_complete(9), IsEmpty());
  EXPECT_EQ(merge.take_complete(8).size(), 1U);
}

TEST(TraceMerge, AddsTheNinthStepWhenTheWatchShowsTheValue) {
  TraceMerge merge;
  add_steps(merge, 1, 8);
  merge.observe("power", "OFF", kStart + 5ms);
  EXPECT_THAT(merge.take_complete(9), IsEmpty());
  merge.observe("power", "ON", kStart + 6ms);
  const auto complete = merge.take_complete(9);
  ASSERT_EQ(complete.size(), 1U);
  EXPECT_EQ(complete[0].events.back().step, 9);
  EXPECT_THAT(merge.take_complete(9), IsEmpty());
}

TEST(TraceMerge, TheWatchMayBeQuickerThanTheTrace) {
  TraceMerge merge;
  merge.observe("power", "ON", kStart);
  merge.observe("power", "OFF", kStart + 1s);
  add_steps(merge, 1, 8);
  EXPECT_EQ(merge.take_complete(9).size(), 1U);
}

TEST(TraceMerge, DoesNotSeeWhatIsNotPatchedYet) {
  TraceMerge merge;
  add_steps(merge, 1, 7);
  merge.observe("power", "ON", kStart);
  EXPECT_THAT(merge.newest()->missing(9), ElementsAre(8, 9));
}

TEST(TraceMerge, OnlyTheNewestReportOfAValueIsSeen) {
  TraceMerge merge;
  add_steps(merge, 1, 8, "old");
  add_steps(merge, 1, 8, "new");
  merge.observe("power", "ON", kStart);
  const auto complete = merge.take_complete(9);
  ASSERT_EQ(complete.size(), 1U);
  EXPECT_EQ(complete[0].event_id, "new");
}

TEST(TraceMerge, TheSameEventAgainChangesNothing) {
  TraceMerge merge;
  add_steps(merge, 1, 3);
  add_steps(merge, 1, 3);
  EXPECT_THAT(steps(*merge.newest()), ElementsAre(1, 2, 3));
}

TEST(TraceMerge, ShowsIncompleteReportsWhenTheyFallQuiet) {
  TraceMerge merge;
  add_steps(merge, 1, 3);
  EXPECT_THAT(merge.take_quiet(kStart - 1ms), IsEmpty());
  EXPECT_EQ(merge.oldest_waiting(), kStart);
  EXPECT_EQ(merge.take_quiet(kStart).size(), 1U);
  EXPECT_EQ(merge.oldest_waiting(), std::nullopt);
}

TEST(TraceMerge, ForgetsWhatWasBefore) {
  TraceMerge merge;
  add_steps(merge, 1, 9, "old");
  add_steps(merge, 1, 9, "new");
  merge.forget_older();
  ASSERT_NE(merge.newest_waiting(), nullptr);
  EXPECT_EQ(merge.newest_waiting()->event_id, "new");
  EXPECT_EQ(merge.take_complete(9).size(), 1U);
  merge.forget();
  add_steps(merge, 1, 9, "new");
  EXPECT_EQ(merge.newest_waiting(), nullptr);
}

TEST(TraceMerge, PassesOverGarbage) {
  TraceMerge merge;
  for (const auto* text : {"", "{", "3", "[]", "{\"step\":1}", "{\"time\":3,\"step\":\"x\"}",
                           R"({"time":"2026-01-01T12:00:01Z","step":1,"eventId":7})"}) {
    merge.add_line(text, kStart);
  }
  EXPECT_EQ(merge.ignored(), 7U);
  EXPECT_EQ(merge.newest(), nullptr);
}

TEST(Chain, MentionsWholeWordsOnly) {
  TraceMerge merge;
  merge.add_line(line(1, "e", "power=ON, level=4 published"), kStart);
  const auto& chain = *merge.newest();
  EXPECT_TRUE(chain.mentions("power", "ON"));
  EXPECT_TRUE(chain.mentions("level", "4"));
  EXPECT_FALSE(chain.mentions("power", "O"));
  EXPECT_FALSE(chain.mentions("ower", "ON"));
}

TEST(PrintChain, GivesEachStepATimeAPartAndATime) {
  TraceMerge merge;
  add_steps(merge, 3, 4);
  const auto text = print_chain(*merge.newest(), "default/lamp");
  EXPECT_THAT(text, HasSubstr("default/lamp  event e1  0.4 ms\n"));
  EXPECT_THAT(text, HasSubstr("  3  12:00:01.001200              →DeviceTwin         power=ON\n"));
  EXPECT_THAT(text, HasSubstr("  4  12:00:01.001600     +0.4 ms  SQLite              power=ON\n"));
}

TEST(StepName, KnowsNineSteps) {
  EXPECT_EQ(step_name(1), "mapper→Mosquitto");
  EXPECT_EQ(step_name(9), "user");
  EXPECT_EQ(step_name(0), "other");
  EXPECT_EQ(step_name(10), "other");
}

}  // namespace
}  // namespace hearth::ctl
