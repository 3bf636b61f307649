// SPDX-License-Identifier: Apache-2.0
// What a Storage survives: power cuts, flipped bytes, full disks, locks of other processes.
#include <gtest/gtest.h>
#include <signal.h>
#include <spdlog/spdlog.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <fstream>
#include <thread>

#include "sdk/store/snapshots.hpp"
#include "sdk/store/storage.hpp"
#include "sdk/store/test_disk.hpp"
#include "sdk/store/wal_scan.hpp"
#include "tests/support/loop.hpp"
#include "tests/support/temp_folder.hpp"

namespace hearth::store {
namespace {

namespace asio = boost::asio;
namespace fs = std::filesystem;
using namespace std::chrono_literals;

class StorageDurability : public testing::Test {
 protected:
  StorageOptions options() const {
    StorageOptions made;
    made.file = file_;
    made.schema = "CREATE TABLE IF NOT EXISTS t (k TEXT PRIMARY KEY, v TEXT)";
    made.busy_timeout_ms = 50;
    made.reserve_bytes = 0;
    return made;
  }
  StorageOptions with_snapshots() const {
    auto made = options();
    made.snapshots = {.every = 1s, .first = 0s};
    return made;
  }

  static std::unique_ptr<Storage> open(StorageOptions how) { return Storage::open(std::move(how)).value(); }

  static Storage::Job put(const std::string& key, const std::string& value = "v") {
    return [key, value](SQLite::Database& db) {
      SQLite::Statement statement(db, "INSERT OR REPLACE INTO t VALUES (?, ?)");
      statement.bind(1, key);
      statement.bind(2, value);
      statement.exec();
    };
  }
  static void fill(Storage& storage, int rows, const std::string& value) {
    storage
        .run([&](SQLite::Database& db) {
          for (int i = 0; i < rows; ++i)
            put(std::to_string(i), value)(db);
        })
        .value();
  }
  static int count(Storage& storage) {
    int rows = -1;
    storage.run([&](SQLite::Database& db) { rows = db.execAndGet("SELECT count(*) FROM t").getInt(); })
        .value();
    return rows;
  }

  /// A child that stores one row after the other, says each that was confirmed, and is killed in the middle.
  int write_until_killed(int at_least) const;

  static void wait_for_snapshots(const Storage& storage, std::uint64_t number) {
    const auto deadline = std::chrono::steady_clock::now() + 10s;
    while (storage.stats().snapshots < number && std::chrono::steady_clock::now() < deadline)
      std::this_thread::sleep_for(1ms);
    ASSERT_GE(storage.stats().snapshots, number);
  }

  static void flip_bytes(const fs::path& file, std::streamoff from, std::streamoff size) {
    std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
    stream.seekp(from);
    for (std::streamoff i = 0; i < size; ++i)
      stream.put('\x5a');
  }

  fs::path beside(const char* suffix) const { return file_.string() + suffix; }
  std::size_t files_like(std::string_view text) const {
    std::size_t found = 0;
    for (const auto& entry : fs::directory_iterator(folder_.path()))
      found += entry.path().filename().string().find(text) != std::string::npos ? 1 : 0;
    return found;
  }

  test::TempFolder folder_;
  fs::path file_ = folder_.path() / "test.db";
};

int StorageDurability::write_until_killed(int at_least) const {
  int ends[2];
  if (::pipe(ends) != 0) return -1;
  const int child = ::fork();
  if (child == 0) {
    auto storage = Storage::open(options());
    for (int i = 0;; ++i) {
      if (!storage || !(*storage)->run(put(std::to_string(i), std::string(100, 'v')))) ::_exit(1);
      if (::write(ends[1], "x", 1) != 1) ::_exit(1);
    }
  }
  ::close(ends[1]);
  int confirmed = 0;
  char byte = 0;
  while (confirmed < at_least && ::read(ends[0], &byte, 1) == 1)
    ++confirmed;
  ::kill(child, SIGKILL);
  while (::read(ends[0], &byte, 1) == 1)
    ++confirmed;
  ::close(ends[0]);
  ::waitpid(child, nullptr, 0);
  return confirmed;
}

TEST_F(StorageDurability, KeepsEveryConfirmedChangeOfAProcessThatWasKilledAndChecksTheFile) {
  const int confirmed = write_until_killed(300);
  ASSERT_GE(confirmed, 300);
  auto storage = open(options());
  EXPECT_FALSE(storage->opened().clean);
  EXPECT_TRUE(storage->opened().checked);
  EXPECT_EQ(storage->opened().problem, "");
  EXPECT_GE(count(*storage), confirmed);
}

TEST_F(StorageDurability, SaysHowManyChangesADamagedLogCouldNotGiveBack) {
  const int confirmed = write_until_killed(50);
  // One commit a row, of one page or more: the middle of the log is the middle of what was stored.
  flip_bytes(beside("-wal"), static_cast<std::streamoff>(fs::file_size(beside("-wal")) / 2), 8);
  auto storage = open(options());
  const auto& report = storage->opened();
  EXPECT_GT(report.lost_commits, 5u);
  EXPECT_NE(report.problem.find("are lost"), std::string::npos);
  EXPECT_NEAR(count(*storage) + static_cast<int>(report.lost_commits), confirmed, 2);
}

TEST_F(StorageDurability, LosesNothingToATornLastTransaction) {
  write_until_killed(50);
  const auto log = beside("-wal");
  fs::resize_file(log, fs::file_size(log) - 1000);
  EXPECT_EQ(lost_commits(log), 0u);
}

TEST_F(StorageDurability, TakesGarbageForALogThatLostNothing) {
  std::ofstream(beside("-wal")) << std::string(100'000, 'g');
  EXPECT_EQ(lost_commits(beside("-wal")), 0u);
  EXPECT_EQ(lost_commits(beside("-none")), 0u);
}

TEST_F(StorageDurability, RollsBackToTheNewestSnapshotWhenTheFileIsDamaged) {
  {
    auto storage = open(with_snapshots());
    fill(*storage, 500, std::string(200, 'v'));
    wait_for_snapshots(*storage, 1);
  }
  flip_bytes(file_, 20'000, 30'000);
  auto storage = open(with_snapshots());
  const auto& report = storage->opened();
  EXPECT_TRUE(report.checked);
  EXPECT_EQ(report.rolled_back_to, beside(".snapshot-1"));
  EXPECT_TRUE(fs::exists(report.moved_aside));
  EXPECT_NE(report.problem.find("took its place"), std::string::npos);
  EXPECT_EQ(count(*storage), 500);
}

TEST_F(StorageDurability, PassesOverASnapshotThatIsDamagedItself) {
  {
    auto storage = open(with_snapshots());
    fill(*storage, 500, std::string(200, 'v'));
    wait_for_snapshots(*storage, 1);
  }
  fs::copy_file(beside(".snapshot-1"), beside(".snapshot-2"));
  flip_bytes(beside(".snapshot-2"), 20'000, 30'000);
  flip_bytes(file_, 0, 100);
  auto storage = open(options());
  EXPECT_EQ(storage->opened().rolled_back_to, beside(".snapshot-1"));
  EXPECT_FALSE(fs::exists(beside(".snapshot-2")));
  EXPECT_EQ(count(*storage), 500);
}

TEST_F(StorageDurability, DoesNotBeginEmptyWhenTheFileIsGoneAndASnapshotIsNot) {
  {
    auto storage = open(with_snapshots());
    fill(*storage, 10, "v");
    wait_for_snapshots(*storage, 1);
  }
  fs::remove(file_);
  auto storage = open(options());
  EXPECT_FALSE(storage->opened().clean);
  EXPECT_NE(storage->opened().problem.find("was missing"), std::string::npos);
  EXPECT_EQ(count(*storage), 10);
}

TEST_F(StorageDurability, KeepsTwoDamagedFilesAtMost) {
  for (const auto* time : {"20200101T000000Z", "20210101T000000Z", "20220101T000000Z"})
    std::ofstream(file_.string() + ".damaged-" + time) << "x";
  std::ofstream(file_) << std::string(5000, 'x');
  open(options());
  EXPECT_EQ(files_like(".damaged-"), 2u);
  EXPECT_TRUE(fs::exists(beside(".damaged-20220101T000000Z")));
}

TEST_F(StorageDurability, MakesNoSnapshotOfWhatDidNotChangeAndKeepsThree) {
  auto how = with_snapshots();
  for (std::uint64_t i = 1; i <= 5; ++i) {
    auto storage = open(how);
    // As if it were a day later.
    for (const auto& snapshot : list_snapshots(file_))
      fs::last_write_time(snapshot.file, fs::file_time_type::clock::now() - 25h);
    storage.reset();
    storage = open(how);
    storage->run(put(std::to_string(i))).value();
    wait_for_snapshots(*storage, 1);
    EXPECT_EQ(count(*storage), static_cast<int>(i));
  }
  const auto kept = list_snapshots(file_);
  ASSERT_EQ(kept.size(), 3u);
  EXPECT_EQ(kept.front().number, 5u);
  auto reopened = open(how);
  EXPECT_EQ(count(*reopened), 5);
  EXPECT_EQ(reopened->stats().snapshots, 0u);
}

TEST_F(StorageDurability, GoesOnCommittingWhileASnapshotIsCopied) {
  auto how = with_snapshots();
  {
    auto storage = open(options());
    fill(*storage, 20'000, std::string(500, 'v'));
  }
  auto storage = open(how);
  storage->run(put("first")).value();
  int committed = 0;
  while (storage->stats().snapshots == 0 && committed < 100'000) {
    storage->run(put("n" + std::to_string(committed))).value();
    ++committed;
  }
  EXPECT_EQ(storage->stats().snapshots, 1u);
  EXPECT_GT(committed, 10);
  storage.reset();
  const auto checked = check_file(beside(".snapshot-1"), "");
  EXPECT_TRUE(checked.has_value()) << checked.error();
}

TEST_F(StorageDurability, WaitsOutAShortLockAndSurvivesALongOne) {
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

TEST_F(StorageDurability, SurvivesALockThatAnotherProgramHolds) {
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

TEST_F(StorageDurability, AsksALockedFileOnlyBrieflyOnceItIsKnownToBeLocked) {
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

TEST_F(StorageDurability, TellsItsOwnerWhenTheDiskIsFullAndWhenItIsNotAnyMore) {
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

TEST_F(StorageDurability, GivesBackItsReserveToAFullDisk) {
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

TEST_F(StorageDurability, OpensAFileOnAFullDisk) {
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

TEST_F(StorageDurability, ChecksAFileThatWasSeenDamagedEvenIfItClosedInOrder) {
  {
    auto storage = open(options());
    const auto failed = storage->run([](SQLite::Database&) {
      throw ErrorException(invalid("NotADatabase", "as SQLite says it of a damaged page"));
    });
    EXPECT_FALSE(failed.has_value());
  }
  EXPECT_FALSE(open(options())->opened().clean);
  EXPECT_TRUE(open(options())->opened().clean);
}

TEST_F(StorageDurability, FlippedBytesAnywhereNeverKeepItFromOpening) {
  {
    auto storage = open(with_snapshots());
    fill(*storage, 200, std::string(200, 'v'));
    wait_for_snapshots(*storage, 1);
  }
  const auto good = folder_.path() / "good";
  fs::copy_file(file_, good);
  const auto size = static_cast<std::streamoff>(fs::file_size(file_));
  for (std::streamoff at = 0; at < size; at += size / 40) {
    fs::copy_file(good, file_, fs::copy_options::overwrite_existing);
    flip_bytes(file_, at, 64);
    auto storage = Storage::open(options());
    ASSERT_TRUE(storage.has_value()) << "bytes flipped at " << at;
    const int rows = count(**storage);
    EXPECT_EQ(rows, 200) << "bytes flipped at " << at;
  }
}

TEST_F(StorageDurability, AsksForOneFlushOfTheDiskACommit) {
  auto storage = open(options());
  fill(*storage, 10, "v");
  const auto before = storage->stats();
  for (int i = 0; i < 50; ++i)
    storage->run(put("1", std::to_string(i))).value();
  const auto after = storage->stats();
  EXPECT_EQ(after.commits - before.commits, 50u);
  EXPECT_EQ(after.syncs - before.syncs, 50u);
}

TEST_F(StorageDurability, WritesOnePageOfTheSizeAskedForForASmallChange) {
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

TEST_F(StorageDurability, StaysSmallUnderManyChanges) {
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

TEST_F(StorageDurability, GivesBackTheSpaceOfWhatWasDeleted) {
  auto storage = open(options());
  fill(*storage, 20'000, std::string(500, 'v'));
  storage->run([](SQLite::Database& db) { db.exec("DELETE FROM t WHERE rowid > 1000"); }).value();
  const auto deadline = std::chrono::steady_clock::now() + 20s;
  while (fs::file_size(file_) > 1'500'000 && std::chrono::steady_clock::now() < deadline)
    std::this_thread::sleep_for(10ms);
  EXPECT_LE(fs::file_size(file_), 1'500'000u);
  EXPECT_EQ(count(*storage), 1000);
}

TEST_F(StorageDurability, WritesNothingWhileNobodyWrites) {
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

TEST_F(StorageDurability, RollsBackAFileThatWasCutShort) {
  {
    auto storage = open(with_snapshots());
    fill(*storage, 500, std::string(200, 'v'));
    wait_for_snapshots(*storage, 1);
  }
  const auto whole = fs::file_size(file_);
  for (const auto size : {whole / 2, whole / 2 + 100, std::uintmax_t{100}, std::uintmax_t{1}}) {
    fs::resize_file(file_, size);
    auto storage = open(options());
    EXPECT_EQ(count(*storage), 500) << size;
  }
}

TEST_F(StorageDurability, ConvertsAFileOfAnotherLayoutWithWhatIsInIt) {
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
