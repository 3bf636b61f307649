// SPDX-License-Identifier: Apache-2.0
// What a Storage survives: power cuts, flipped bytes, files cut short or gone.
#include "sdk/store/database_fixture.hpp"
#include "sdk/store/snapshots.hpp"
#include "sdk/store/wal_scan.hpp"

namespace hearth::store {
namespace {

using StorageDurability = DatabaseTest;

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

TEST_F(StorageDurability, CountsWhatIsLostBehindFramesThatAreNoFramesAnyMore) {
  write_until_killed(50);
  const auto log = beside("-wal");
  const auto good = folder_.path() / "good";
  fs::copy_file(log, good);
  flip_bytes(log, 6000, 10'000);
  EXPECT_GT(lost_commits(log, file_), 30u);
  fs::copy_file(good, log, fs::copy_options::overwrite_existing);
  flip_bytes(log, 0, 32);  // its header: SQLite passes over the whole log then
  EXPECT_GT(lost_commits(log, file_), 30u);
  EXPECT_NE(open(options())->opened().problem, "");
}

TEST_F(StorageDurability, DoesNotTakeALogsOlderRoundForLost) {
  auto storage = open(with_snapshots());
  fill(*storage, 500, std::string(200, 'v'));
  wait_for_snapshots(*storage, 1);  // with a checkpoint, so that the log begins anew
  storage->run(put("x")).value();
  EXPECT_EQ(lost_commits(beside("-wal"), file_), 0u);
}

TEST_F(StorageDurability, IsNeverOlderThanItsNewestSnapshotWhateverBecomesOfItsLog) {
  {
    auto storage = open(with_snapshots());
    fill(*storage, 500, std::string(200, 'v'));
    wait_for_snapshots(*storage, 1);
    fs::copy_file(file_, folder_.path() / "copy.db");
  }
  auto how = options();
  how.file = folder_.path() / "copy.db";
  auto without_log = open(how);
  EXPECT_EQ(count(*without_log), 500);
}

TEST_F(StorageDurability, LosesNothingToATornLastTransaction) {
  write_until_killed(50);
  const auto log = beside("-wal");
  fs::resize_file(log, fs::file_size(log) - 1000);
  EXPECT_EQ(lost_commits(log, file_), 0u);
}

TEST_F(StorageDurability, TakesGarbageForALogThatLostNothing) {
  std::ofstream(beside("-wal")) << std::string(100'000, 'g');
  EXPECT_EQ(lost_commits(beside("-wal"), file_), 0u);
  EXPECT_EQ(lost_commits(beside("-none"), file_), 0u);
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

}  // namespace
}  // namespace hearth::store
