// SPDX-License-Identifier: Apache-2.0
#include "sdk/loop/asio_scheduler.hpp"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <string>

namespace hearth {
namespace {

using std::chrono::milliseconds;

class AsioSchedulerTest : public testing::Test {
 protected:
  boost::asio::io_context io_;
  AsioScheduler scheduler_{io_.get_executor()};
  std::string ran_;
};

TEST_F(AsioSchedulerTest, RunsWhatIsPostedInOrderAndNotAtOnce) {
  scheduler_.post([this] { ran_ += "a"; });
  scheduler_.post([this] { ran_ += "b"; });
  EXPECT_EQ(ran_, "");
  io_.run();
  EXPECT_EQ(ran_, "ab");
}

TEST_F(AsioSchedulerTest, AlarmThatIsSetAgainRunsOnlyTheNewTask) {
  const auto alarm = scheduler_.make_alarm();
  alarm->set(scheduler_.now(), [this] { ran_ += "old"; });
  alarm->set(scheduler_.now() + milliseconds(1), [this] { ran_ += "new"; });
  io_.run();
  EXPECT_EQ(ran_, "new");
}

TEST_F(AsioSchedulerTest, AlarmThatIsDueButCancelledDoesNotRun) {
  const auto alarm = scheduler_.make_alarm();
  alarm->set(scheduler_.now() - milliseconds(1), [this] { ran_ += "due"; });
  scheduler_.post([&] { alarm->cancel(); });
  io_.run();
  EXPECT_EQ(ran_, "");
}

TEST_F(AsioSchedulerTest, AlarmThatIsGoneDoesNotRun) {
  auto alarm = scheduler_.make_alarm();
  alarm->set(scheduler_.now(), [this] { ran_ += "gone"; });
  alarm.reset();
  io_.run();
  EXPECT_EQ(ran_, "");
}

}  // namespace
}  // namespace hearth
