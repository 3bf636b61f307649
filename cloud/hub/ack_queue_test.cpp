// SPDX-License-Identifier: Apache-2.0
#include "cloud/hub/ack_queue.hpp"

#include <gtest/gtest.h>

namespace hearth::cloudhub {
namespace {

using std::chrono::seconds;

class AckQueueTest : public testing::Test {
 protected:
  AckQueue::Actions push(const std::string& id) { return push(id, "resource " + id); }
  AckQueue::Actions push(const std::string& id, const std::string& resource) {
    return queue_.push(
        id, resource, std::make_shared<const std::string>("frame " + id),
        [this, id](bool acked) { log_ += id + (acked ? "+" : "-"); }, now_);
  }
  /// The frames that go out; what finished goes into log_.
  std::string run(const AckQueue::Actions& actions) {
    for (const auto& finished : actions.finished)
      finished.done(finished.acked);
    std::string sent;
    for (const auto& frame : actions.send)
      sent += (sent.empty() ? "" : ", ") + *frame;
    return sent;
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

// Sent again after the delete, the update would bring the device back.
TEST_F(AckQueueTest, NeverSendsAMessageAgainOnceThereIsANewerOneOfItsResource) {
  queue_.set_window(2);
  EXPECT_EQ(run(push("update", "lamp")), "frame update");
  EXPECT_EQ(run(push("delete", "lamp")), "frame delete");
  EXPECT_EQ(log_, "update-");
  now_ += seconds(5);
  EXPECT_EQ(run(queue_.tick(now_)), "frame delete");
  run(queue_.ack("update", now_));
  EXPECT_EQ(run(queue_.ack("delete", now_)), "");
  EXPECT_EQ(log_, "update-delete+");
  EXPECT_EQ(queue_.bytes(), 0u);
}

TEST_F(AckQueueTest, GivesUpWhatWaitsWhenThereIsANewerOneOfItsResource) {
  run(push("other"));
  run(push("update", "lamp"));
  run(push("delete", "lamp"));
  EXPECT_EQ(log_, "update-");
  EXPECT_EQ(run(queue_.ack("other", now_)), "frame delete");
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

TEST_F(AckQueueTest, KeepsAWindowInFlightInTheOrderGiven) {
  queue_.set_window(3);
  std::string sent;
  for (const std::string id : {"a", "b", "c", "d", "e"})
    sent += run(push(id)) + ";";
  EXPECT_EQ(sent, "frame a;frame b;frame c;;;");
  EXPECT_EQ(run(queue_.ack("b", now_)), "frame d") << "acks come in any order";
  EXPECT_EQ(run(queue_.ack("a", now_)), "frame e");
  EXPECT_EQ(run(queue_.ack("e", now_)), "");
  EXPECT_EQ(log_, "b+a+e+");
}

TEST_F(AckQueueTest, SendsEachOfTheWindowAgainAtItsOwnDeadline) {
  queue_.set_window(3);
  run(push("a"));
  now_ += seconds(2);
  run(push("b"));
  const auto start = now_;
  EXPECT_EQ(*queue_.deadline(), start + seconds(3));
  EXPECT_EQ(run(queue_.tick(start + seconds(3))), "frame a");
  EXPECT_EQ(*queue_.deadline(), start + seconds(5));
  EXPECT_EQ(run(queue_.tick(start + seconds(5))), "frame b");
  EXPECT_EQ(run(queue_.ack("a", start + seconds(6))), "");
  EXPECT_EQ(*queue_.deadline(), start + seconds(10));
}

TEST_F(AckQueueTest, GivesUpOneOfTheWindowAndKeepsTheOthers) {
  queue_.set_window(2);
  run(push("a"));
  now_ += seconds(1);
  run(push("b"));
  run(push("c"));
  for (int i = 0; i < 4; ++i) {
    now_ += seconds(5);
    EXPECT_EQ(run(queue_.tick(now_)), "frame a, frame b");
  }
  EXPECT_EQ(run(queue_.ack("b", now_)), "frame c");
  now_ += seconds(5);
  EXPECT_EQ(run(queue_.tick(now_)), "frame c");
  EXPECT_EQ(log_, "b+a-");
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
