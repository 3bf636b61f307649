// SPDX-License-Identifier: Apache-2.0
#include "host/spool/spool_queue.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace hearth::spool {
namespace {

constexpr std::int64_t kNow = 1'767'225'600'000;
constexpr std::int64_t kHour = 3'600'000;

class SpoolQueueTest : public testing::Test {
 protected:
  void begin(SpoolLimits limits = {}) {
    queue_.emplace(limits);
    queue_->loaded({});
  }

  void offer(const std::string& id, std::size_t size = 10, std::int64_t time_ms = kNow) {
    queue_->offer({0, id, time_ms, "t", std::string(size, 'p')});
  }

  /// The disk takes what waits for it.
  void store() {
    for (auto& event : queue_->take_unstored())
      disk_[event->sequence] = event;
    queue_->stored(true);
  }
  void offer_and_store(const std::string& id, std::size_t size = 10, std::int64_t time_ms = kNow) {
    offer(id, size, time_ms);
    store();
  }

  void read() {
    const auto wanted = queue_->take_read();
    if (!wanted) return;
    std::vector<EventPtr> events;
    std::size_t bytes = 0;
    for (auto it = disk_.lower_bound(wanted->from); it != disk_.end(); ++it) {
      if (events.size() == wanted->max_events || bytes >= wanted->max_bytes) break;
      bytes += it->second->payload.size();
      events.push_back(it->second);
    }
    queue_->read(std::move(events), true);
  }

  void erase() {
    const auto through = queue_->take_erasable();
    if (!through) return;
    disk_.erase(disk_.begin(), disk_.upper_bound(*through));
    queue_->erased(true);
  }

  /// Sends whatever may be sent, reading from the disk where needed.
  std::vector<std::string> send() {
    std::vector<std::string> ids;
    for (bool more = true; more;) {
      more = false;
      while (const auto event = queue_->next_to_send()) {
        ids.push_back(event->id);
        queue_->sent();
        more = true;
      }
      read();
      more = more || queue_->next_to_send() != nullptr;
    }
    return ids;
  }

  std::optional<SpoolQueue> queue_;
  std::map<std::uint64_t, EventPtr> disk_;
};

using Ids = std::vector<std::string>;

TEST_F(SpoolQueueTest, SendsNothingBeforeItIsStored) {
  begin();
  queue_->link_up(true);
  offer("a");
  EXPECT_EQ(send(), Ids{});
  store();
  EXPECT_EQ(send(), Ids{"a"});
}

TEST_F(SpoolQueueTest, StoresNothingBeforeItKnowsWhatIsThere) {
  queue_.emplace(SpoolLimits{});
  offer("a");
  EXPECT_TRUE(queue_->take_unstored().empty());
  queue_->loaded({{5, 9, 1000, kNow, kNow}});
  const auto events = queue_->take_unstored();
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0]->sequence, 10u);
}

TEST_F(SpoolQueueTest, DrainsInOrderWhatWasStoredWhileTheLinkWasDown) {
  begin();
  for (int i = 0; i < 200; ++i)
    offer_and_store(std::to_string(i));
  EXPECT_EQ(send(), Ids{});
  queue_->link_up(true);
  for (int i = 0; i < 200;) {
    for (const auto& id : send()) {
      EXPECT_EQ(id, std::to_string(i++));
    }
    for (int done = 0; done < i; ++done)
      queue_->confirm(std::to_string(done));
    erase();
  }
  EXPECT_TRUE(disk_.empty());
  EXPECT_EQ(queue_->events(), 0u);
  EXPECT_EQ(queue_->bytes(), 0u);
}

TEST_F(SpoolQueueTest, KeepsToItsWindowOfUnconfirmedEvents) {
  begin();
  queue_->link_up(true);
  for (int i = 0; i < 100; ++i)
    offer_and_store(std::to_string(i));
  EXPECT_EQ(send().size(), 64u);
  EXPECT_TRUE(queue_->confirm("0"));
  EXPECT_EQ(send(), Ids{"64"});
}

TEST_F(SpoolQueueTest, LetsOneEventThroughHoweverLarge) {
  SpoolLimits limits;
  limits.window_bytes = 100;
  begin(limits);
  queue_->link_up(true);
  offer_and_store("a", 1000);
  offer_and_store("b", 1000);
  EXPECT_EQ(send(), Ids{"a"});
  queue_->confirm("a");
  EXPECT_EQ(send(), Ids{"b"});
}

TEST_F(SpoolQueueTest, SendsAgainFromTheOldestUnconfirmedAfterAReconnect) {
  begin();
  queue_->link_up(true);
  for (const auto* id : {"a", "b", "c"})
    offer_and_store(id);
  EXPECT_EQ(send(), (Ids{"a", "b", "c"}));
  queue_->confirm("a");
  queue_->confirm("c");
  queue_->link_down();
  queue_->link_up(true);
  EXPECT_EQ(send(), (Ids{"b", "c"}));
  EXPECT_EQ(queue_->resent(), 2u);
}

TEST_F(SpoolQueueTest, DeletesOnlyWhatIsConfirmedWithAllBeforeIt) {
  begin();
  queue_->link_up(true);
  for (const auto* id : {"a", "b", "c"})
    offer_and_store(id);
  send();
  queue_->confirm("b");
  EXPECT_FALSE(queue_->take_erasable().has_value());
  queue_->confirm("a");
  EXPECT_EQ(queue_->take_erasable(), 2u);
  EXPECT_FALSE(queue_->take_erasable().has_value());
  queue_->erased(false);
  EXPECT_EQ(queue_->take_erasable(), 2u);
}

TEST_F(SpoolQueueTest, CountsWhatWentToAStockPeerAsConfirmed) {
  begin();
  queue_->link_up(false);
  offer_and_store("a");
  EXPECT_EQ(send(), Ids{"a"});
  EXPECT_FALSE(queue_->awaits_confirmation());
  EXPECT_EQ(queue_->take_erasable(), 1u);
}

TEST_F(SpoolQueueTest, DropsTheOldestWhenItIsFullAndKeepsDraining) {
  SpoolLimits limits;
  limits.max_bytes = 64 * 1024;
  begin(limits);
  for (int i = 0; i < 1000; ++i)
    offer_and_store(std::to_string(i), 1000);
  EXPECT_LE(queue_->bytes(), limits.max_bytes);
  const auto dropped = queue_->losses().full;
  EXPECT_GT(dropped, 900u);
  EXPECT_EQ(queue_->events(), 1000 - dropped);
  erase();
  queue_->link_up(true);
  auto next = dropped;
  while (next < 1000) {
    for (const auto& id : send())
      EXPECT_EQ(id, std::to_string(next++));
    for (auto i = dropped; i < next; ++i)
      queue_->confirm(std::to_string(i));
  }
  EXPECT_EQ(queue_->events(), 0u);
}

TEST_F(SpoolQueueTest, GoesOnWithTheOldestThatIsLeftWhenThoseInFlightWereDropped) {
  SpoolLimits limits;
  limits.max_bytes = 64 * 1024;
  begin(limits);
  queue_->link_up(true);
  for (int i = 0; i < 30; ++i)
    offer_and_store(std::to_string(i), 1000);
  EXPECT_EQ(send().size(), 30u);
  for (int i = 30; i < 200; ++i)
    offer_and_store(std::to_string(i), 1000);
  EXPECT_FALSE(queue_->confirm("0"));
  const auto ids = send();
  ASSERT_FALSE(ids.empty());
  EXPECT_EQ(ids.front(), std::to_string(queue_->losses().full));
  EXPECT_EQ(ids.back(), "199");
}

TEST_F(SpoolQueueTest, DropsWhatIsTooOld) {
  begin();
  offer_and_store("old", 10, kNow);
  offer_and_store("new", 10, kNow + 24 * kHour);
  EXPECT_EQ(queue_->next_expiry(), kNow + 7 * 24 * kHour);
  queue_->expire(kNow + 7 * 24 * kHour);
  EXPECT_EQ(queue_->losses().aged, 1u);
  queue_->link_up(true);
  EXPECT_EQ(send(), Ids{"new"});
}

TEST_F(SpoolQueueTest, HoldsNothingForOldThatWasStampedByAClockThatWasNeverSet) {
  begin();
  offer_and_store("a", 10, 5000);
  EXPECT_FALSE(queue_->next_expiry().has_value());
  queue_->expire(kNow);
  EXPECT_EQ(queue_->events(), 1u);
}

TEST_F(SpoolQueueTest, RefusesWhatIsTooLarge) {
  SpoolLimits limits;
  limits.max_event = 100;
  begin(limits);
  EXPECT_FALSE(queue_->offer({0, "a", kNow, "t", std::string(100, 'p')}));
  EXPECT_EQ(queue_->losses().oversized, 1u);
  EXPECT_EQ(queue_->events(), 0u);
}

TEST_F(SpoolQueueTest, KeepsInMemoryOnlySoMuchWhileTheDiskTakesNothing) {
  SpoolLimits limits;
  limits.unstored_bytes = 1000;
  begin(limits);
  for (int i = 0; i < 50; ++i) {
    offer(std::to_string(i), 99);
    queue_->take_unstored();
    queue_->stored(false);
  }
  EXPECT_EQ(queue_->losses().unstored, 40u);
  store();
  queue_->link_up(true);
  const auto ids = send();
  ASSERT_EQ(ids.size(), 10u);
  EXPECT_EQ(ids.front(), "40");
}

TEST_F(SpoolQueueTest, PassesOverRowsThatAreGone) {
  begin();
  for (int i = 0; i < 10; ++i)
    offer_and_store(std::to_string(i));
  disk_.erase(1);
  disk_.erase(5);
  disk_.erase(10);
  queue_->link_up(true);
  EXPECT_EQ(send(), (Ids{"1", "2", "3", "5", "6", "7", "8"}));
  EXPECT_EQ(queue_->losses().damaged, 3u);
}

TEST_F(SpoolQueueTest, IgnoresAReadThatTheLinkHasOvertaken) {
  begin();
  for (int i = 0; i < 100; ++i)
    offer_and_store(std::to_string(i));
  queue_->link_up(true);
  EXPECT_EQ(send().size(), 64u);
  queue_->confirm("0");
  send();
  const auto wanted = queue_->take_read();
  queue_->link_down();
  queue_->link_up(true);
  if (wanted) queue_->read({disk_[66]}, true);
  EXPECT_EQ(queue_->losses().damaged, 0u);
  EXPECT_EQ(send().front(), "1");
}

TEST_F(SpoolQueueTest, CountsWhatRowsCostInPages) {
  EXPECT_LE(disk_cost(0), 100u);
  EXPECT_EQ(disk_cost(2100), 4096u);
  EXPECT_EQ(disk_cost(1900), 2048u);
  EXPECT_EQ(disk_cost(5000), 2 * 4096u);
}

/// Random histories against the one rule: what is not dropped arrives, and first arrivals are in order.
TEST_F(SpoolQueueTest, LosesNothingAndKeepsTheOrderInRandomHistories) {
  for (unsigned seed = 0; seed < 300; ++seed) {
    std::minstd_rand random(seed + 1);
    disk_.clear();
    begin();
    int offered = 0;
    int arrived = 0;
    std::deque<std::string> unanswered;
    const auto step = [&](unsigned what) {
      if (what < 30) offer(std::to_string(offered++), random() % 500);
      if (what < 40 && random() % 4 != 0) store();
      if (what >= 40 && what < 45) {
        queue_->take_unstored();
        queue_->stored(false);
      }
      if (what == 45) queue_->link_down(), unanswered.clear();
      if (what >= 46 && what < 50) unanswered.clear(), queue_->link_up(true);
      if (what >= 50 && what < 70) {
        for (const auto& id : send()) {
          EXPECT_LE(std::stoi(id), arrived) << "seed " << seed;
          arrived = std::max(arrived, std::stoi(id) + 1);
          unanswered.push_back(id);
        }
      }
      if (what >= 70 && what < 95 && !unanswered.empty()) {
        queue_->confirm(unanswered.front());
        unanswered.pop_front();
      }
      if (what >= 95) erase();
    };
    for (int i = 0; i < 400; ++i)
      step(random() % 100);
    store();
    queue_->link_up(true);
    unanswered.clear();
    while (queue_->events() > 0) {
      step(60);
      ASSERT_FALSE(unanswered.empty()) << "seed " << seed;
      while (!unanswered.empty())
        step(80);
    }
    EXPECT_EQ(arrived, offered) << "seed " << seed;
  }
}

}  // namespace
}  // namespace hearth::spool
