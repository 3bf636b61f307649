// SPDX-License-Identifier: Apache-2.0
#include "sdk/wire/frame_queue.hpp"

#include <gtest/gtest.h>

namespace hearth::wire {
namespace {

HubMessage numbered(int number) {
  return make_message({"twin", "resource", "update", "x"}, number, 1);
}

std::string next(FrameQueue& queue) {
  std::string text(queue.begin_write());
  queue.end_write();
  return text;
}

TEST(FrameQueue, WritesAFrameForEachMessageToAStockPeer) {
  FrameQueue queue;
  const auto first = numbered(1);
  const auto second = numbered(2);
  queue.push(first);
  queue.push(second);
  EXPECT_EQ(next(queue), print(first));
  EXPECT_EQ(next(queue), print(second));
  EXPECT_TRUE(queue.empty());
  EXPECT_EQ(queue.bytes(), 0u);
}

TEST(FrameQueue, WritesWhatQueuedUpMeanwhileAsOneFrameToAHearthPeer) {
  FrameQueue queue;
  queue.allow_batches();
  const auto alone = numbered(0);
  queue.push(alone);
  EXPECT_EQ(queue.begin_write(), print(alone)) << "no array for one message";
  for (int i = 1; i <= 3; ++i)
    queue.push(numbered(i));
  queue.end_write();
  const auto messages = parse_hub_frame(next(queue)).value();
  ASSERT_EQ(messages.size(), 3u);
  for (int i = 1; i <= 3; ++i)
    EXPECT_EQ(messages[i - 1].content, i);
  EXPECT_TRUE(queue.empty());
  EXPECT_EQ(queue.bytes(), 0u);
}

TEST(FrameQueue, CountsBytesUntilTheyAreWritten) {
  FrameQueue queue;
  queue.push("{\"a\":1}");
  EXPECT_EQ(queue.bytes(), 7u);
  EXPECT_EQ(queue.begin_write(), "{\"a\":1}\n");
  EXPECT_EQ(queue.bytes(), 7u);
  queue.end_write();
  EXPECT_EQ(queue.bytes(), 0u);
}

TEST(FrameQueue, BoundsAFrame) {
  FrameQueue queue;
  queue.allow_batches();
  const std::string large = "\"" + std::string(kBatchBytes, 'x') + "\"";
  queue.push(large);
  queue.push("1");
  EXPECT_EQ(next(queue), large + "\n");
  EXPECT_EQ(next(queue), "1\n");
  for (std::size_t i = 0; i <= kMaxHubBatch; ++i)
    queue.push("1");
  EXPECT_EQ(next(queue).size(), 2 * kMaxHubBatch + 2);
  EXPECT_EQ(next(queue), "1\n");
}

}  // namespace
}  // namespace hearth::wire
