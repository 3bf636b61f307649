// SPDX-License-Identifier: Apache-2.0
#include "host/twin/write_behind.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "host/twin/manual_world.hpp"
#include "tests/support/temp_folder.hpp"

namespace hearth::twin::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

const DeviceId kLamp{"default", "lamp"};

class WriteBehindTest : public ::testing::Test {
 protected:
  WriteBehindTest() {
    behind_.on_events(
        {[this] { heard_.emplace_back("health"); }, [this] { heard_.emplace_back("stalled"); }});
  }

  void change() {
    table_.add(kLamp);
    behind_.rows().device_row(kLamp);
  }
  void ask(const std::string& name, std::size_t bytes = 0) {
    behind_.when_stored(
        [this, name](const Result<void>& stored) {
          heard_.push_back(name + (stored ? "" : " " + stored.error().code));
        },
        bytes);
  }

  test::TempFolder folder_;
  ManualScheduler scheduler_;
  ManualWriter writer_{scheduler_, (folder_.path() / "twin.db").string(), sql::schema()};
  Metrics metrics_;
  TwinTable table_;
  Inventory inventory_;
  ForwardTime time_{[] { return from_unix_ms(1'767'225'600'000); }, scheduler_};
  WriteBehind behind_{scheduler_, writer_, table_, inventory_, time_, metrics_};
  std::vector<std::string> heard_;
};

TEST_F(WriteBehindTest, AnswersAtOnceWhenAllIsOnDisk) {
  ask("a");
  EXPECT_THAT(heard_, ElementsAre("a"));
  EXPECT_EQ(writer_.writes(), 0u);
}

TEST_F(WriteBehindTest, AnswersInTheOrderOfTheQuestionsAfterTheCommitThatConcernsThem) {
  writer_.hold();
  change();
  ask("a");
  change();
  ask("b");
  ask("c");
  scheduler_.run();
  EXPECT_THAT(heard_, IsEmpty());
  writer_.release();
  scheduler_.run();
  EXPECT_THAT(heard_, ElementsAre("a", "b", "c"));
  EXPECT_EQ(writer_.writes(), 2u);
}

TEST_F(WriteBehindTest, AQuestionWithoutAChangeWaitsForWhatIsUnderWay) {
  writer_.hold();
  change();
  behind_.flush();
  ask("a");
  EXPECT_THAT(heard_, IsEmpty());
  writer_.release();
  scheduler_.run();
  EXPECT_THAT(heard_, ElementsAre("a"));
  EXPECT_EQ(writer_.writes(), 1u);
}

TEST_F(WriteBehindTest, BoundsTheAnswersThatWaitByBytes) {
  writer_.hold();
  change();
  ask("a", 5'000'000);
  ask("b", 5'000'000);
  EXPECT_THAT(heard_, ElementsAre("b Busy"));
  writer_.release();
  scheduler_.run();
  EXPECT_THAT(heard_, ElementsAre("b Busy", "a"));
  writer_.hold();
  change();
  ask("c", 5'000'000);
  EXPECT_EQ(heard_.size(), 2u) << "there is room again";
}

TEST_F(WriteBehindTest, FailsAllThatWaitsAndThenAnswersAtOnceUntilItHeals) {
  writer_.fail(unavailable("StorageBusy", "locked"));
  change();
  ask("a");
  change();
  ask("b");
  scheduler_.run();
  EXPECT_THAT(heard_, ElementsAre("health", "a StorageBusy", "b StorageBusy"));
  ask("c");
  EXPECT_EQ(heard_.back(), "c StorageBusy");
  writer_.heal();
  scheduler_.advance(1s);
  EXPECT_EQ(heard_.back(), "health");
  EXPECT_FALSE(behind_.problem().has_value());
  ask("d");
  EXPECT_EQ(heard_.back(), "d");
}

TEST_F(WriteBehindTest, SaysWhenTheReasonOfTheTroubleChanges) {
  writer_.fail(unavailable("StorageBusy", "locked"));
  change();
  behind_.flush();
  scheduler_.advance(1s);
  EXPECT_EQ(heard_.size(), 1u);
  writer_.fail({ErrorClass::exhausted, "DiskFull", "full"});
  scheduler_.advance(10s);
  EXPECT_EQ(heard_.size(), 2u);
  EXPECT_EQ(behind_.problem()->code, "DiskFull");
}

TEST_F(WriteBehindTest, TellsOfABatchThatTakesItsTime) {
  writer_.hold();
  change();
  behind_.flush();
  scheduler_.advance(249ms);
  EXPECT_THAT(heard_, IsEmpty());
  scheduler_.advance(1ms);
  EXPECT_THAT(heard_, ElementsAre("stalled"));
}

TEST_F(WriteBehindTest, StoresTheTimeWithABatchButNotWithEach) {
  const auto stored_time = [this] {
    std::int64_t time = 0;
    EXPECT_TRUE(writer_.run([&](SQLite::Database& db) { time = sql::load(db).time_ms; }).has_value());
    return time;
  };
  change();
  behind_.flush();
  scheduler_.run();
  EXPECT_EQ(stored_time(), 1'767'225'600'000);
  time_.restore(1'767'225'659'999);
  change();
  behind_.flush();
  scheduler_.run();
  EXPECT_EQ(stored_time(), 1'767'225'600'000);
  time_.restore(1'767'225'660'000);
  change();
  behind_.flush();
  scheduler_.run();
  EXPECT_EQ(stored_time(), 1'767'225'660'000);
}

}  // namespace
}  // namespace hearth::twin::testing
