// SPDX-License-Identifier: Apache-2.0
#include "cloud/api/fair_queue.hpp"

#include <gtest/gtest.h>

namespace hearth::api {
namespace {

using namespace std::chrono_literals;

constexpr FairQueue::Time kStart{};

FairQueueOptions options_of(unsigned seats, std::size_t waiting = 8) {
  FairQueueOptions options;
  options.seats = seats;
  options.waiting_per_flow = waiting;
  options.longest_wait = 30s;
  return options;
}

std::vector<FairQueue::Ticket> tickets(const std::vector<FairQueue::Admitted>& admitted) {
  std::vector<FairQueue::Ticket> all;
  for (const auto& each : admitted)
    all.push_back(each.ticket);
  return all;
}

using Tickets = std::vector<FairQueue::Ticket>;

TEST(FairQueue, LetsInWhileThereAreSeats) {
  FairQueue queue(options_of(2));
  EXPECT_TRUE(queue.try_enter("anna", 1));
  EXPECT_TRUE(queue.try_enter("bert", 1));
  EXPECT_FALSE(queue.try_enter("carl", 1));
  EXPECT_EQ(queue.seats_taken(), 2U);
}

TEST(FairQueue, ServesOneFlowInTheOrderOfItsRequests) {
  FairQueue queue(options_of(1));
  const auto seat = queue.try_enter("anna", 1).value();
  const auto first = queue.wait("anna", 1, kStart).value();
  const auto second = queue.wait("anna", 1, kStart).value();
  queue.leave(seat);
  auto admitted = queue.take_admitted();
  EXPECT_EQ(tickets(admitted), Tickets{first});
  queue.leave(admitted[0].seat);
  EXPECT_EQ(tickets(queue.take_admitted()), Tickets{second});
}

TEST(FairQueue, WhoHoldsNothingIsNextBeforeALongQueueOfAnother) {
  FairQueue queue(options_of(2, 100));
  const auto seat = queue.try_enter("anna", 1).value();
  queue.try_enter("anna", 1);
  for (int i = 0; i < 100; ++i)
    queue.wait("anna", 1, kStart);
  const auto other = queue.wait("bert", 1, kStart).value();
  queue.leave(seat);
  EXPECT_EQ(tickets(queue.take_admitted()), Tickets{other});
}

TEST(FairQueue, WhoHoldsNothingGoesInBesideAWideOneThatWaits) {
  FairQueue queue(options_of(12));
  queue.try_enter("anna", 10);
  EXPECT_FALSE(queue.try_enter("anna", 10));
  queue.wait("anna", 10, kStart);
  EXPECT_TRUE(queue.try_enter("bert", 1));
  EXPECT_FALSE(queue.try_enter("anna", 1)) << "behind its own";
}

/// Each takes whatever comes free, as often as it can.
TEST(FairQueue, FlowsThatAllWantMoreGetTheSameShareOfSeats) {
  FairQueue queue(options_of(12, 1000));
  std::map<FairQueue::Ticket, std::string> owner;
  std::vector<FairQueue::Seat> held;
  for (unsigned i = 0; i < 12; ++i)
    held.push_back(queue.try_enter("anna", 1).value());
  for (int i = 0; i < 300; ++i) {
    for (const auto* flow : {"anna", "bert", "carl"})
      owner[queue.wait(flow, 1, kStart).value()] = flow;
  }
  std::map<std::string, int> served;
  for (int i = 0; i < 300; ++i) {
    queue.leave(held.front());
    held.erase(held.begin());
    for (const auto& each : queue.take_admitted()) {
      ++served[owner[each.ticket]];
      held.push_back(each.seat);
    }
  }
  EXPECT_NEAR(served["anna"], 100, 8);
  EXPECT_NEAR(served["bert"], 100, 8);
  EXPECT_NEAR(served["carl"], 100, 8);
}

TEST(FairQueue, NarrowOnesOfAnotherDoNotStarveAWideOne) {
  FairQueue queue(options_of(10, 1000));
  std::vector<FairQueue::Seat> held;
  for (int i = 0; i < 10; ++i)
    held.push_back(queue.try_enter("bert", 1).value());
  const auto wide = queue.wait("anna", 8, kStart).value();
  for (int i = 0; i < 50; ++i)
    queue.wait("bert", 1, kStart);
  Tickets served;
  for (int i = 0; i < 8; ++i) {
    queue.leave(held.back());
    held.pop_back();
    for (const auto& each : queue.take_admitted())
      served.push_back(each.ticket);
  }
  EXPECT_EQ(served, Tickets{wide});
}

TEST(FairQueue, OneWiderThanEverythingTakesEverything) {
  FairQueue queue(options_of(4));
  const auto seat = queue.try_enter("anna", 10).value();
  EXPECT_EQ(queue.seats_taken(), 4U);
  queue.leave(seat);
  EXPECT_EQ(queue.seats_taken(), 0U);
}

TEST(FairQueue, TheQueueOfOneFlowIsBoundedAndThatOfAnotherIsItsOwn) {
  FairQueue queue(options_of(1, 2));
  queue.try_enter("anna", 1);
  EXPECT_TRUE(queue.wait("anna", 1, kStart));
  EXPECT_TRUE(queue.wait("anna", 1, kStart));
  EXPECT_FALSE(queue.wait("anna", 1, kStart));
  EXPECT_TRUE(queue.wait("bert", 1, kStart));
  EXPECT_EQ(queue.waiting(), 3U);
}

TEST(FairQueue, WhatWaitsTooLongIsDropped) {
  FairQueue queue(options_of(1));
  const auto seat = queue.try_enter("anna", 1).value();
  const auto early = queue.wait("bert", 1, kStart).value();
  const auto late = queue.wait("bert", 1, kStart + 1s).value();
  queue.expire(kStart + 29s);
  EXPECT_EQ(queue.waiting(), 2U);
  queue.expire(kStart + 30s);
  EXPECT_EQ(queue.waiting(), 1U);
  EXPECT_FALSE(queue.give_up(early));
  queue.leave(seat);
  EXPECT_EQ(tickets(queue.take_admitted()), Tickets{late});
}

TEST(FairQueue, WhoGivesUpMakesWayForThoseBehind) {
  FairQueue queue(options_of(4));
  queue.try_enter("anna", 3);
  const auto wide = queue.wait("bert", 4, kStart).value();
  const auto narrow = queue.wait("carl", 1, kStart).value();
  EXPECT_TRUE(queue.take_admitted().empty());
  EXPECT_TRUE(queue.give_up(wide));
  EXPECT_EQ(tickets(queue.take_admitted()), Tickets{narrow});
  EXPECT_FALSE(queue.give_up(wide));
  EXPECT_FALSE(queue.give_up(narrow));
  EXPECT_EQ(queue.waiting(), 0U);
}

TEST(FairQueue, ForgetsFlowsWithNothingUnderWay) {
  FairQueue queue(options_of(1));
  for (int i = 0; i < 100'000; ++i)
    queue.leave(queue.try_enter("user-" + std::to_string(i), 1).value());
  EXPECT_LE(queue.flows_known(), 2048U);
}

TEST(FairQueue, SeatsAreNeitherLostNorMadeWhateverComes) {
  FairQueue queue(options_of(16, 4));
  std::vector<FairQueue::Seat> held;
  Tickets waiting;
  std::uint32_t random = 7;
  auto now = kStart;
  for (int i = 0; i < 50'000; ++i) {
    random = random * 1664525 + 1013904223;
    const auto flow = std::string(1, static_cast<char>('a' + (random >> 8) % 5));
    const auto width = 1 + (random >> 12) % 10;
    const auto dice = (random >> 24) % 8;
    if (dice < 4) {
      if (const auto seat = queue.try_enter(flow, width)) {
        held.push_back(*seat);
      } else if (const auto ticket = queue.wait(flow, width, now)) {
        waiting.push_back(*ticket);
      }
    } else if (dice < 7 && !held.empty()) {
      std::swap(held[(random >> 4) % held.size()], held.back());
      queue.leave(held.back());
      held.pop_back();
    } else if (!waiting.empty()) {
      queue.give_up(waiting[(random >> 4) % waiting.size()]);
    }
    queue.expire(now += 1s);
    for (const auto& each : queue.take_admitted())
      held.push_back(each.seat);
    unsigned taken = 0;
    for (const auto& seat : held)
      taken += seat.width;
    ASSERT_EQ(queue.seats_taken(), taken);
    ASSERT_LE(taken, 16U);
  }
  for (const auto& seat : held)
    queue.leave(seat);
  queue.expire(now + 60s);
  EXPECT_EQ(queue.waiting(), 0U);
}

}  // namespace
}  // namespace hearth::api
