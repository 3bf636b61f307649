// SPDX-License-Identifier: Apache-2.0
#include "cloud/eventdata/event_receiver.hpp"

#include <gtest/gtest.h>

#include "sdk/wire/event_data.hpp"

namespace hearth::eventdata {
namespace {

constexpr std::size_t kAll = 1 << 30;

class EventReceiverTest : public testing::Test {
 protected:
  Metrics metrics_;
  EventRing ring_{metrics_};
  EventReceiver receiver_{ring_};
};

TEST_F(EventReceiverTest, TakesAnUploadAndConfirmsItToAHearthHost) {
  receiver_.node_connected("edge-1", true);
  const auto message = wire::event_data_message("m1", "t", "21.5", 1000, true);
  const auto outcome = receiver_.take("edge-1", message);
  EXPECT_TRUE(outcome.taken);
  ASSERT_TRUE(outcome.answer.has_value());
  EXPECT_EQ(outcome.answer->header.parent_msg_id, "m1");
  EXPECT_EQ(outcome.answer->route.operation, "response");
  EXPECT_EQ(outcome.answer->content, "OK");
  EXPECT_EQ(ring_.after(0, {}, kAll).at(0).payload, "21.5");
}

TEST_F(EventReceiverTest, ConfirmsARepeatedUploadToo) {
  receiver_.node_connected("edge-1", true);
  const auto message = wire::event_data_message("m1", "t", "21.5", 1000, true);
  receiver_.take("edge-1", message);
  EXPECT_TRUE(receiver_.take("edge-1", message).answer.has_value());
  EXPECT_EQ(ring_.last(), 1u);
}

TEST_F(EventReceiverTest, AnswersNothingToAStockNode) {
  receiver_.node_connected("edge-1", true);
  receiver_.node_connected("edge-1", false);
  const auto outcome = receiver_.take("edge-1", wire::event_data_message("m1", "t", "1", 1000, false));
  EXPECT_TRUE(outcome.taken);
  EXPECT_FALSE(outcome.answer.has_value());
}

TEST_F(EventReceiverTest, AnswersWhatItCannotTakeSoThatNobodyRepeatsIt) {
  receiver_.node_connected("edge-1", true);
  auto message = wire::event_data_message("m1", "t", "1", 1000, true);
  message.content = 7;
  const auto outcome = receiver_.take("edge-1", message);
  ASSERT_TRUE(outcome.answer.has_value());
  EXPECT_EQ(outcome.answer->content.at("code"), 400);
  EXPECT_EQ(ring_.last(), 0u);
}

TEST_F(EventReceiverTest, LeavesOtherMessagesAlone) {
  auto message = wire::event_data_message("m1", "t", "1", 1000, true);
  message.route.group = "twin";
  EXPECT_FALSE(receiver_.take("edge-1", message).taken);
}

}  // namespace
}  // namespace hearth::eventdata
