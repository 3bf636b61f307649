// SPDX-License-Identifier: Apache-2.0
#include "sdk/store/storage.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <fstream>
#include <future>

#include "tests/support/temp_folder.hpp"

namespace hearth::store {
namespace {

namespace asio = boost::asio;

/// Keeps the storage's thread at one job until end().
class BusyWriter {
 public:
  BusyWriter(Storage& storage, asio::io_context& io) {
    storage.write(
        [this](SQLite::Database&) {
          started_.set_value();
          end_.get_future().wait();
        },
        io.get_executor(), nullptr);
    started_.get_future().wait();
  }
  void end() { end_.set_value(); }

 private:
  std::promise<void> started_;
  std::promise<void> end_;
};

class StorageTest : public testing::Test {
 protected:
  StorageOptions options() const {
    StorageOptions made;
    made.file = folder_.path() / "test.db";
    made.schema = "CREATE TABLE IF NOT EXISTS t (k TEXT PRIMARY KEY)";
    made.busy_timeout_ms = 20;
    return made;
  }

  static std::unique_ptr<Storage> open(StorageOptions how) { return Storage::open(std::move(how)).value(); }

  static Storage::Job insert(const std::string& key) {
    return [key](SQLite::Database& db) { db.exec("INSERT INTO t VALUES ('" + key + "')"); };
  }

  static int count(Storage& storage) {
    int rows = -1;
    const auto ran = storage.run(
        [&rows](SQLite::Database& db) { rows = db.execAndGet("SELECT count(*) FROM t").getInt(); });
    EXPECT_TRUE(ran.has_value());
    return rows;
  }

  test::TempFolder folder_;
};

TEST_F(StorageTest, KeepsWhatWasConfirmedAcrossAReopen) {
  open(options())->run(insert("a")).value();
  auto again = open(options());
  EXPECT_EQ(count(*again), 1);
}

TEST_F(StorageTest, MakesTheFileReadableByItsOwnerOnly) {
  auto storage = open(options());
  storage->run(insert("a")).value();
  for (const auto& file : std::filesystem::directory_iterator(folder_.path())) {
    struct stat facts {};
    ASSERT_EQ(::stat(file.path().c_str(), &facts), 0);
    EXPECT_EQ(facts.st_mode & 0777, 0600u) << file.path();
  }
}

TEST_F(StorageTest, RollsBackAThrowingJobAloneAndCommitsItsGroupOnce) {
  auto storage = open(options());
  asio::io_context io;
  std::promise<void> gate;
  std::vector<Result<void>> results(4, Result<void>());
  const auto keep = [&results](int i) {
    return [&results, i](Result<void> result) { results[i] = std::move(result); };
  };
  // The first job holds the thread, so that the other three are queued together and share one commit.
  storage->write([&gate](SQLite::Database&) { gate.get_future().wait(); }, io.get_executor(), keep(0));
  const auto before = storage->stats().commits;
  storage->write(insert("a"), io.get_executor(), keep(1));
  storage->write(
      [](SQLite::Database& db) {
        db.exec("INSERT INTO t VALUES ('half')");
        throw ErrorException(invalid("Refused", "not this one"));
      },
      io.get_executor(), keep(2));
  storage->write(insert("b"), io.get_executor(), keep(3));
  gate.set_value();
  io.run();

  EXPECT_TRUE(results[1].has_value());
  ASSERT_FALSE(results[2].has_value());
  EXPECT_EQ(results[2].error(), invalid("Refused", "not this one"));
  EXPECT_TRUE(results[3].has_value());
  EXPECT_LE(storage->stats().commits - before, 2u);
  EXPECT_EQ(storage->stats().failed_jobs, 1u);
  EXPECT_EQ(count(*storage), 2);
}

TEST_F(StorageTest, GroupsManyWaitingJobsIntoFewCommits) {
  auto storage = open(options());
  asio::io_context io;
  BusyWriter busy(*storage, io);
  int confirmed = 0;
  for (int i = 0; i < 1000; ++i) {
    storage->write(insert(std::to_string(i)), io.get_executor(),
                   [&confirmed](Result<void> result) { confirmed += result.has_value() ? 1 : 0; });
  }
  busy.end();
  io.run();
  EXPECT_EQ(confirmed, 1000);
  EXPECT_LE(storage->stats().commits, 4u);
}

TEST_F(StorageTest, RefusesAJobWhenTheQueueIsFull) {
  auto how = options();
  how.max_queue = 1;
  auto storage = open(how);
  asio::io_context io;
  BusyWriter busy(*storage, io);
  storage->write(insert("waits"), io.get_executor(), nullptr);
  Result<void> third;
  storage->write(insert("too many"), io.get_executor(), [&third](Result<void> result) { third = result; });
  busy.end();
  io.run();
  ASSERT_FALSE(third.has_value());
  EXPECT_EQ(third.error().cls, ErrorClass::exhausted);
  EXPECT_EQ(count(*storage), 1);
}

TEST_F(StorageTest, ReportsALockedDatabaseAndHealsWhenItIsFree) {
  auto storage = open(options());
  SQLite::Database other((folder_.path() / "test.db").string(), SQLite::OPEN_READWRITE);
  other.exec("BEGIN IMMEDIATE");
  const auto refused = storage->run(insert("a"));
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().cls, ErrorClass::unavailable);
  EXPECT_EQ(refused.error().code, "StorageBusy");
  other.exec("ROLLBACK");
  EXPECT_TRUE(storage->run(insert("a")).has_value());
}

TEST_F(StorageTest, ReportsADatabaseThatReachedItsSizeLimitAndGoesOn) {
  auto storage = open(options());
  storage->run([](SQLite::Database& db) { db.exec("PRAGMA max_page_count = 8"); }).value();
  const auto full =
      storage->run([](SQLite::Database& db) { db.exec("INSERT INTO t VALUES (hex(zeroblob(200000)))"); });
  ASSERT_FALSE(full.has_value());
  EXPECT_EQ(full.error().cls, ErrorClass::exhausted);
  EXPECT_TRUE(storage->run(insert("small")).has_value());
}

TEST_F(StorageTest, PutsAFileThatIsNoDatabaseAsideAndSaysThatItBeginsEmpty) {
  std::ofstream(folder_.path() / "test.db") << std::string(5000, 'x');
  auto storage = open(options());
  EXPECT_EQ(std::filesystem::file_size(storage->opened().moved_aside), 5000u);
  EXPECT_TRUE(storage->opened().rolled_back_to.empty());
  EXPECT_NE(storage->opened().problem.find("begins empty"), std::string::npos);
  EXPECT_TRUE(storage->run(insert("a")).has_value());
}

TEST_F(StorageTest, SaysWhyAFileCannotBeOpened) {
  auto how = options();
  how.file = folder_.path() / "missing" / "test.db";
  const auto opened = Storage::open(how);
  ASSERT_FALSE(opened.has_value());
  EXPECT_EQ(opened.error().cls, ErrorClass::unavailable);
}

TEST_F(StorageTest, ResumesACoroutineAfterTheCommit) {
  auto storage = open(options());
  asio::io_context io;
  Result<void> first = internal_error("not run");
  Result<void> second;
  const auto twice = [](Storage& to, Result<void>& one, Result<void>& two) -> asio::awaitable<void> {
    one = co_await to.write(insert("a"));
    two = co_await to.write(insert("a"));
  };
  asio::co_spawn(io, twice(*storage, first, second),
                 [](std::exception_ptr failure) { EXPECT_FALSE(failure); });
  io.run();
  EXPECT_TRUE(first.has_value());
  EXPECT_FALSE(second.has_value());
  EXPECT_EQ(count(*storage), 1);
}

TEST_F(StorageTest, RefusesAJobWhenTheBytesThatWaitAreTooMany) {
  auto how = options();
  how.max_queue_bytes = 100;
  auto storage = open(how);
  asio::io_context io;
  BusyWriter busy(*storage, io);
  Result<void> large = internal_error("not run");
  Result<void> second;
  storage->write(
      insert("large"), io.get_executor(), [&large](Result<void> result) { large = result; }, 1000);
  storage->write(
      insert("second"), io.get_executor(), [&second](Result<void> result) { second = result; }, 1);
  EXPECT_EQ(storage->stats().queued_bytes, 1000u);
  busy.end();
  io.run();
  EXPECT_TRUE(large.has_value());
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().cls, ErrorClass::exhausted);
}

TEST_F(StorageTest, LetsLazyJobsRideAlongInTheirOrder) {
  auto how = options();
  how.lazy_delay = std::chrono::hours(1);
  auto storage = open(how);
  asio::io_context io;
  std::vector<int> order;
  const auto note = [&order](int i) { return [&order, i](const Result<void>&) { order.push_back(i); }; };
  const auto before = storage->stats().commits;
  for (int i = 0; i < 3; ++i)
    storage->write_lazily(insert(std::to_string(i)), io.get_executor(), note(i));
  EXPECT_EQ(storage->stats().queued, 3u);
  storage->write(insert("3"), io.get_executor(), note(3));
  io.run();
  EXPECT_EQ(order, (std::vector<int>{0, 1, 2, 3}));
  EXPECT_EQ(storage->stats().commits - before, 1u);
}

TEST_F(StorageTest, StoresLazyJobsAloneAfterAWhile) {
  auto how = options();
  how.lazy_delay = std::chrono::milliseconds(5);
  auto storage = open(how);
  asio::io_context io;
  bool stored = false;
  storage->write_lazily(insert("a"), io.get_executor(),
                        [&stored](Result<void> result) { stored = bool(result); });
  io.run();
  EXPECT_TRUE(stored);
}

TEST_F(StorageTest, StoresLazyJobsBeforeItEnds) {
  auto how = options();
  how.lazy_delay = std::chrono::hours(1);
  asio::io_context io;
  open(how)->write_lazily(insert("a"), io.get_executor(), nullptr);
  auto again = open(how);
  EXPECT_EQ(count(*again), 1);
}

TEST_F(StorageTest, ShowsItsFiguresAsMetrics) {
  Metrics metrics;
  auto how = options();
  how.metrics = &metrics;
  auto storage = open(how);
  storage->run(insert("a")).value();
  storage->run(insert("b")).value();  // the figures of the first are shown by now
  const auto text = metrics.text();
  EXPECT_NE(text.find("hearth_storage_commits_total{database=\"test\"}"), std::string::npos);
  EXPECT_EQ(text.find("hearth_storage_written_bytes_total{database=\"test\"} 0\n"), std::string::npos);
}

TEST_F(StorageTest, RunsWhatIsQueuedBeforeItEnds) {
  asio::io_context io;
  auto storage = open(options());
  for (int i = 0; i < 50; ++i)
    storage->write(insert(std::to_string(i)), io.get_executor(), nullptr);
  storage.reset();
  auto again = open(options());
  EXPECT_EQ(count(*again), 50);
}

}  // namespace
}  // namespace hearth::store
