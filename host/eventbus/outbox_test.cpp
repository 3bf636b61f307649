// SPDX-License-Identifier: Apache-2.0
#include "host/eventbus/outbox.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hearth::eventbus {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr Outbox::Time kNow{};

std::vector<std::string> payloads(const Outbox::Lost& lost) {
  std::vector<std::string> all;
  for (const auto& message : lost.deliver)
    all.push_back(message.payload);
  return all;
}

std::uint64_t send(Outbox& outbox, const std::string& payload, bool comes_back = true) {
  outbox.push("t", payload, comes_back);
  return outbox.next().value().id;
}

TEST(Outbox, ForgetsAMessageThatWasConfirmedAndCameBackInEitherOrder) {
  Outbox outbox;
  const auto first = send(outbox, "1");
  const auto second = send(outbox, "2");
  outbox.acked(first, kNow);
  outbox.returned("t", "1");
  outbox.returned("t", "2");
  outbox.acked(second, kNow);
  EXPECT_TRUE(outbox.idle());
  EXPECT_THAT(payloads(outbox.take_lost(kNow)), IsEmpty());
}

TEST(Outbox, GivesBackWhatHasNotArrivedInTheOrderOfPublishing) {
  Outbox outbox;
  const auto confirmed_only = send(outbox, "1");
  outbox.acked(confirmed_only, kNow);
  send(outbox, "2");
  send(outbox, "3");
  outbox.returned("t", "2");
  outbox.push("t", "4", true);
  EXPECT_THAT(payloads(outbox.take_lost(kNow)), ElementsAre("1", "3", "4"));
  EXPECT_TRUE(outbox.idle());
  EXPECT_THAT(payloads(outbox.take_lost(kNow)), IsEmpty());
}

TEST(Outbox, TwoEqualMessagesNeedToComeBackTwice) {
  Outbox outbox;
  send(outbox, "same");
  send(outbox, "same");
  outbox.returned("t", "same");
  EXPECT_THAT(payloads(outbox.take_lost(kNow)), ElementsAre("same"));
}

TEST(Outbox, CountsMessagesForOthersAloneAsGone) {
  Outbox outbox;
  const auto done = send(outbox, "1", false);
  outbox.acked(done, kNow);
  send(outbox, "2", false);
  outbox.push("t", "3", false);
  const auto lost = outbox.take_lost(kNow);
  EXPECT_THAT(lost.deliver, IsEmpty());
  EXPECT_EQ(lost.others, 2u);
}

TEST(Outbox, DoesNotBringBackWhatTheBrokerSwallowedLongAgo) {
  Outbox outbox;
  const auto id = send(outbox, "old");
  outbox.acked(id, kNow);
  EXPECT_THAT(payloads(outbox.take_lost(kNow + std::chrono::minutes(1))), IsEmpty());
}

TEST(Outbox, HandsOverNoMoreThanTheWindow) {
  Outbox outbox({.window = 2});
  const auto first = send(outbox, "1");
  send(outbox, "2");
  outbox.push("t", "3", true);
  EXPECT_FALSE(outbox.next());
  outbox.acked(first, kNow);
  EXPECT_EQ(outbox.next().value().payload, "3");
}

TEST(Outbox, LetsOneMessageThroughThatIsAboveTheWindowInBytes) {
  Outbox outbox({.window_bytes = 4});
  send(outbox, "longer than four");
  outbox.push("t", "2", true);
  EXPECT_FALSE(outbox.next());
}

TEST(Outbox, DropsTheOldestWaitingWhenFull) {
  Outbox outbox({.waiting_bytes = 6});
  EXPECT_EQ(outbox.push("t", "11", true), 0u);
  EXPECT_EQ(outbox.push("t", "22", true), 0u);
  EXPECT_EQ(outbox.push("t", "33", true), 1u);
  EXPECT_EQ(outbox.waiting_bytes(), 6u);
  EXPECT_THAT(payloads(outbox.take_lost(kNow)), ElementsAre("22", "33"));
}

TEST(Outbox, PassesOverConfirmationsOfUnknownMessages) {
  Outbox outbox;
  const auto id = send(outbox, "1");
  outbox.acked(id + 5, kNow);
  outbox.acked(id, kNow);
  outbox.acked(id, kNow);
  outbox.returned("other", "1");
  EXPECT_TRUE(outbox.idle());
  EXPECT_THAT(payloads(outbox.take_lost(kNow)), ElementsAre("1"));
}

}  // namespace
}  // namespace hearth::eventbus
