// SPDX-License-Identifier: Apache-2.0
#include "cloud/hub/ack_queue.hpp"

#include <gtest/gtest.h>

namespace hearth::cloudhub {
namespace {

using std::chrono::seconds;

class AckQueueTest : public testing::Test {
 protected:
  AckQueue::Actions push(const std::string& id) {
    return queue_.push(
        id, std::make_shared<const std::string>("frame " + id),
        [this, id](bool acked) { log_ += id + (acked ? "+" : "-"); }, now_);
  }
  /// The frame that goes out; what finished goes into log_.
  std::string run(const AckQueue::Actions& actions) {
    for (const auto& finished : actions.finished)
      finished.done(finished.acked);
    return actions.send ? *actions.send : "";
  }

  AckQueue queue_{AckRules{seconds(5), 5}};
  AckQueue::Time now_;
  std::string log_;
};

TEST_F(AckQueueTest, KeepsOneInFlightAndSendsTheNextAfterTheAck) {
  EXPECT_EQ(run(push("a")), "frame a");
  EXPECT_EQ(run(push("b")), "");
  EXPECT_EQ(run(queue_.ack("a", now_)), "frame b");
  EXPECT_EQ(run(queue_.ack("b", now_)), "");
  EXPECT_EQ(log_, "a+b+");
  EXPECT_FALSE(queue_.deadline());
  EXPECT_EQ(queue_.bytes(), 0u);
}

TEST_F(AckQueueTest, IgnoresAcksOfAnythingElse) {
  run(push("a"));
  run(push("b"));
  EXPECT_EQ(run(queue_.ack("b", now_)), "");
  EXPECT_EQ(run(queue_.ack("", now_)), "");
  EXPECT_EQ(log_, "");
}

TEST_F(AckQueueTest, SendsFiveTimesFiveSecondsApartThenGivesUpAndGoesOn) {
  EXPECT_EQ(run(push("a")), "frame a");
  run(push("b"));
  for (int resend = 0; resend < 4; ++resend) {
    now_ += seconds(5);
    EXPECT_EQ(*queue_.deadline(), now_);
    EXPECT_EQ(run(queue_.tick(now_)), "frame a");
  }
  EXPECT_EQ(log_, "");
  now_ += seconds(5);
  EXPECT_EQ(run(queue_.tick(now_)), "frame b");
  EXPECT_EQ(log_, "a-");
}

TEST_F(AckQueueTest, DoesNothingBeforeTheDeadline) {
  run(push("a"));
  now_ += seconds(4);
  EXPECT_EQ(run(queue_.tick(now_)), "");
}

TEST_F(AckQueueTest, TakesALateAckOfAnEarlierSend) {
  run(push("a"));
  now_ += seconds(5);
  run(queue_.tick(now_));
  run(queue_.ack("a", now_));
  EXPECT_EQ(log_, "a+");
}

TEST_F(AckQueueTest, GivesUpEverythingWhenTheSessionEnds) {
  run(push("a"));
  run(push("b"));
  EXPECT_EQ(run(queue_.clear()), "");
  EXPECT_EQ(log_, "a-b-");
  EXPECT_EQ(queue_.bytes(), 0u);
  EXPECT_EQ(run(push("c")), "frame c");
}

}  // namespace
}  // namespace hearth::cloudhub
