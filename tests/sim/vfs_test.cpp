// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/vfs.hpp"

#include <gtest/gtest.h>

#include "tests/sim/sim_store.hpp"

namespace hearth::sim {
namespace {

constexpr const char* kSchema = "CREATE TABLE IF NOT EXISTS t (k INTEGER PRIMARY KEY, v TEXT)";

struct Machine {
  explicit Machine(std::uint64_t seed) : timeline(seed), vfs(disk, "machine", Random(seed)) {}

  std::unique_ptr<SimStore> open() {
    process = std::make_unique<ProcessScheduler>(timeline);
    auto opened = SimStore::open(*process, vfs, conditions, kSchema);
    return opened ? std::move(*opened) : nullptr;
  }
  void run(Duration time) {
    const auto until = timeline.now() + time;
    while (timeline.step(until)) {
    }
  }
  /// The process and its database end, and of what they still write nothing gets to the disk.
  void end(std::unique_ptr<SimStore> store) {
    process.reset();
    disk.stop_after(0);
    store.reset();
  }

  Timeline timeline;
  Disk disk;
  DiskVfs vfs;
  StoreConditions conditions;
  std::unique_ptr<ProcessScheduler> process;
};

store::Storage::Job put(int key) {
  return [key](SQLite::Database& db) {
    SQLite::Statement statement(db, "INSERT INTO t VALUES (?1, 'value')");
    statement.bind(1, key);
    statement.exec();
  };
}

std::set<int> keys(SimStore& store) {
  std::set<int> found;
  const auto read = store.run([&found](SQLite::Database& db) {
    SQLite::Statement row(db, "SELECT k FROM t");
    while (row.executeStep())
      found.insert(row.getColumn(0).getInt());
  });
  EXPECT_TRUE(read.has_value());
  return found;
}

// Whatever moment the power fails at, what was confirmed is there afterwards, and nothing is there that was not asked.
TEST(DiskVfs, KeepsConfirmedCommitsThroughPowerCutsAtAnyWrite) {
  for (std::uint64_t seed = 1; seed <= 150; ++seed) {
    Machine machine(seed);
    std::set<int> asked;
    std::set<int> confirmed;
    for (int life = 0; life < 4; ++life) {
      auto store = machine.open();
      ASSERT_TRUE(store) << "seed " << seed;
      const auto found = keys(*store);
      EXPECT_TRUE(std::includes(found.begin(), found.end(), confirmed.begin(), confirmed.end())) << seed;
      EXPECT_TRUE(std::includes(asked.begin(), asked.end(), found.begin(), found.end())) << seed;
      if (life > 0) machine.disk.stop_after(machine.timeline.random().between(0, 12));
      for (int i = 0; i < 20; ++i) {
        const int key = life * 100 + i;
        asked.insert(key);
        store->write(put(key), [&confirmed, key](const Result<void>& done) {
          if (done) confirmed.insert(key);
        });
        machine.run(machine.timeline.random().time(Duration(0), Duration(4'000)));
      }
      machine.end(std::move(store));
      machine.disk.restart_after_power_cut(machine.timeline.random());
    }
  }
}

TEST(DiskVfs, FailsCommitsOnAFullDiskAndTakesThemAgainAfterwards) {
  Machine machine(1);
  const auto store = machine.open();
  ASSERT_TRUE(store);
  machine.disk.set_fault(DiskFault::full);
  std::vector<std::string> results;
  const auto note = [&results](const Result<void>& done) {
    results.push_back(done ? "ok" : done.error().code);
  };
  store->write(put(1), note);
  machine.run(Duration(100'000));
  machine.disk.set_fault(DiskFault::none);
  store->write(put(2), note);
  machine.run(Duration(100'000));
  EXPECT_EQ(results, (std::vector<std::string>{"DiskFull", "ok"}));
  EXPECT_EQ(keys(*store), std::set<int>{2});
}

TEST(DiskVfs, SaysThatTheDatabaseIsLockedAfterTheTimeSqliteWaits) {
  Machine machine(1);
  const auto store = machine.open();
  ASSERT_TRUE(store);
  machine.conditions.locked = true;
  std::string result;
  store->write(put(1), [&result](const Result<void>& done) { result = done ? "ok" : done.error().code; });
  machine.run(Duration(4'900'000));
  EXPECT_EQ(result, "");
  machine.run(Duration(200'000));
  EXPECT_EQ(result, "StorageBusy");
}

TEST(SimStore, ConfirmsInTheOrderOfTheCalls) {
  Machine machine(7);
  const auto store = machine.open();
  ASSERT_TRUE(store);
  std::vector<int> order;
  for (int i = 0; i < 50; ++i) {
    store->write(put(i), [&order, i](const Result<void>&) { order.push_back(i); });
    machine.run(Duration(300));
  }
  machine.run(Duration(100'000));
  EXPECT_EQ(order.size(), 50U);
  EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
  EXPECT_LT(store->commits(), 50U) << "nothing was grouped";
}

}  // namespace
}  // namespace hearth::sim
