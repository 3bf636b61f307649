// SPDX-License-Identifier: Apache-2.0
// What a Storage makes of the disk: full ones, locks of others, how much it writes and how much it holds.
#include <boost/asio/io_context.hpp>

#include "sdk/store/database_fixture.hpp"
#include "sdk/store/test_disk.hpp"
#include "tests/support/loop.hpp"

namespace hearth::store {
namespace {

namespace asio = boost::asio;
using StorageDisk = DatabaseTest;

TEST_F(StorageDisk, WaitsOutAShortLockAndSurvivesALongOne) {
  auto how = options();
  how.busy_timeout_ms = 2000;
  auto storage = open(how);
  SQLite::Database other(file_.string(), SQLite::OPEN_READWRITE);
  other.exec("BEGIN IMMEDIATE");
  std::thread shortly([&other] {
    std::this_thread::sleep_for(100ms);
    other.exec("ROLLBACK");
  });
  EXPECT_TRUE(storage->run(put("a")).has_value());
  shortly.join();
  EXPECT_TRUE(storage->stats().health.healthy);
}

TEST_F(StorageDisk, SurvivesALockThatAnotherProgramHolds) {
  auto storage = open(options());
  int locked[2];
  int release[2];
  ASSERT_EQ(::pipe(locked), 0);
  ASSERT_EQ(::pipe(release), 0);
  const int child = ::fork();
  if (child == 0) {
    ::close(release[1]);
    SQLite::Database other(file_.string(), SQLite::OPEN_READWRITE);
    other.exec("BEGIN EXCLUSIVE");
    char byte = 'x';
    const bool told = ::write(locked[1], &byte, 1) == 1;
    ::_exit(told && ::read(release[0], &byte, 1) == 0 ? 0 : 1);
  }
  ::close(release[0]);
  char byte = 0;
  ASSERT_EQ(::read(locked[0], &byte, 1), 1);
  EXPECT_EQ(storage->run(put("a")).error().code, "StorageBusy");
  ::close(release[1]);
  ::waitpid(child, nullptr, 0);
  EXPECT_TRUE(storage->run(put("a")).has_value());
  EXPECT_TRUE(storage->stats().health.healthy);
  ::close(locked[0]);
  ::close(locked[1]);
}

TEST_F(StorageDisk, AsksALockedFileOnlyBrieflyOnceItIsKnownToBeLocked) {
  auto how = options();
  how.busy_timeout_ms = 200;
  how.max_group = 1;
  auto storage = open(how);
  SQLite::Database other(file_.string(), SQLite::OPEN_READWRITE);
  other.exec("BEGIN IMMEDIATE");
  EXPECT_FALSE(storage->run(put("a")).has_value());
  EXPECT_FALSE(storage->stats().health.healthy);
  EXPECT_EQ(storage->stats().health.problem.code, "StorageBusy");
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < 10; ++i)
    EXPECT_FALSE(storage->run(put("a")).has_value());
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 1500ms);
  other.exec("ROLLBACK");
  EXPECT_TRUE(storage->run(put("a")).has_value());
  EXPECT_TRUE(storage->stats().health.healthy);
}

TEST_F(StorageDisk, TellsItsOwnerWhenTheDiskIsFullAndWhenItIsNotAnyMore) {
  test::LimitedDisk disk("hearth-limited-1", 1'000'000);
  auto how = options();
  how.vfs = disk.name();
  auto storage = open(how);
  asio::io_context io;
  std::vector<StorageHealth> heard;
  storage->on_health(io.get_executor(),
                     [&heard](StorageHealth health) { heard.push_back(std::move(health)); });
  fill(*storage, 10, "v");
  disk.limit(disk.used());
  const auto refused = storage->run(put("big", std::string(100'000, 'v')));
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().cls, ErrorClass::exhausted);
  disk.limit(10'000'000);
  EXPECT_TRUE(storage->run(put("big", std::string(100'000, 'v'))).has_value());
  EXPECT_TRUE(test::run_until(io, [&heard] { return heard.size() == 2; }));
  ASSERT_EQ(heard.size(), 2u);
  EXPECT_EQ(heard[0].problem.code, "DiskFull");
  EXPECT_TRUE(heard[1].healthy);
}

TEST_F(StorageDisk, GivesBackItsReserveToAFullDisk) {
  test::LimitedDisk disk("hearth-limited-2", 50'000'000);
  auto how = options();
  how.vfs = disk.name();
  how.reserve_bytes = 128 * 1024;
  auto storage = open(how);
  ASSERT_EQ(fs::file_size(beside(".reserve")), how.reserve_bytes);
  disk.count_reserve(beside(".reserve"), how.reserve_bytes);
  disk.limit(disk.used());
  // Two jobs of one group: neither may be stored twice or not at all.
  EXPECT_TRUE(storage->run(put("critical", std::string(20'000, 'v'))).has_value());
  EXPECT_FALSE(fs::exists(beside(".reserve")));
  EXPECT_TRUE(storage->run([](SQLite::Database& db) { db.exec("DELETE FROM t"); }).has_value());
  disk.limit(50'000'000);
  EXPECT_TRUE(storage->run(put("after")).has_value());
  // It is made again when nobody has written for a moment.
  const auto deadline = std::chrono::steady_clock::now() + 10s;
  while (!fs::exists(beside(".reserve")) && std::chrono::steady_clock::now() < deadline)
    std::this_thread::sleep_for(5ms);
  EXPECT_TRUE(fs::exists(beside(".reserve")));
}

TEST_F(StorageDisk, OpensAFileOnAFullDisk) {
  {
    auto storage = open(options());
    fill(*storage, 10, "v");
  }
  test::LimitedDisk disk("hearth-limited-3", 0);
  auto how = options();
  how.vfs = disk.name();
  auto storage = open(how);
  EXPECT_EQ(count(*storage), 10);
  EXPECT_EQ(storage->run(put("x")).error().code, "DiskFull");
}

TEST_F(StorageDisk, AsksForOneFlushOfTheDiskACommit) {
  auto storage = open(options());
  fill(*storage, 10, "v");
  const auto before = storage->stats();
  for (int i = 0; i < 50; ++i)
    storage->run(put("1", std::to_string(i))).value();
  const auto after = storage->stats();
  EXPECT_EQ(after.commits - before.commits, 50u);
  EXPECT_EQ(after.syncs - before.syncs, 50u);
}

TEST_F(StorageDisk, WritesOnePageOfTheSizeAskedForForASmallChange) {
  auto how = options();
  how.page_size = 1024;
  auto storage = open(how);
  fill(*storage, 1000, std::string(200, 'v'));
  const auto before = storage->stats().written_bytes;
  for (int i = 0; i < 100; ++i)
    storage
        ->run([i](SQLite::Database& db) {
          db.exec("UPDATE t SET v = 'w' || " + std::to_string(i) + " WHERE k = '500'");
        })
        .value();
  EXPECT_LT((storage->stats().written_bytes - before) / 100, 1200u);
}

TEST_F(StorageDisk, StaysSmallUnderManyChanges) {
  auto how = options();
  how.lazy_delay = 1ms;
  auto storage = open(how);
  asio::io_context io;
  constexpr int kRows = 2000;
  std::uintmax_t longest_log = 0;
  for (int round = 0; round < 25; ++round) {
    for (int i = 0; i < 20; ++i) {
      storage->write(
          [round, i](SQLite::Database& db) {
            for (int row = i * 100; row < (i + 1) * 100; ++row)
              put(std::to_string(row),
                  std::string(static_cast<std::size_t>(100 + (row * 37 + round * 53) % 400), 'v'))(db);
          },
          io.get_executor(), nullptr);
    }
    io.restart();
    io.run();
    storage->run([](SQLite::Database&) {}).value();
    longest_log = std::max(longest_log, fs::file_size(beside("-wal")));
  }
  EXPECT_LE(longest_log, 16u * 1024 * 1024);
  EXPECT_EQ(count(*storage), kRows);
  std::uintmax_t live = 0;
  storage
      ->run([&live](SQLite::Database& db) {
        const auto pages =
            db.execAndGet("PRAGMA page_count").getInt() - db.execAndGet("PRAGMA freelist_count").getInt();
        live = static_cast<std::uintmax_t>(pages) * 4096;
      })
      .value();
  EXPECT_LE(fs::file_size(file_), live + live / 2);
}

TEST_F(StorageDisk, GivesBackTheSpaceOfWhatWasDeleted) {
  auto storage = open(options());
  fill(*storage, 20'000, std::string(500, 'v'));
  storage->run([](SQLite::Database& db) { db.exec("DELETE FROM t WHERE rowid > 1000"); }).value();
  const auto deadline = std::chrono::steady_clock::now() + 20s;
  while (fs::file_size(file_) > 1'500'000 && std::chrono::steady_clock::now() < deadline)
    std::this_thread::sleep_for(10ms);
  EXPECT_LE(fs::file_size(file_), 1'500'000u);
  EXPECT_EQ(count(*storage), 1000);
}

TEST_F(StorageDisk, WritesNothingWhileNobodyWrites) {
  auto storage = open(with_snapshots());
  fill(*storage, 10, "v");
  wait_for_snapshots(*storage, 1);
  int reads = 0;
  const auto before = storage->stats();
  for (; reads < 50; ++reads)
    count(*storage);
  EXPECT_EQ(storage->stats().written_bytes, before.written_bytes);
  EXPECT_EQ(storage->stats().syncs, before.syncs);
}

TEST_F(StorageDisk, ConvertsAFileOfAnotherLayoutWithWhatIsInIt) {
  {
    SQLite::Database old(file_.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    old.exec("PRAGMA journal_mode = WAL");
    old.exec("CREATE TABLE t (k TEXT PRIMARY KEY, v TEXT); INSERT INTO t VALUES ('a', 'b')");
  }
  auto how = options();
  how.page_size = 1024;
  auto storage = open(how);
  int page = 0;
  int vacuum = 0;
  storage
      ->run([&](SQLite::Database& db) {
        page = db.execAndGet("PRAGMA page_size").getInt();
        vacuum = db.execAndGet("PRAGMA auto_vacuum").getInt();
      })
      .value();
  EXPECT_EQ(page, 1024);
  EXPECT_EQ(vacuum, 2);
  EXPECT_EQ(count(*storage), 1);
}

}  // namespace
}  // namespace hearth::store
