// SPDX-License-Identifier: Apache-2.0
// For tests: a database in a folder of its own, with what does harm to it.
// Thread: the test's.   Errors: GoogleTest failures.
#pragma once

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <thread>

#include "sdk/store/storage.hpp"
#include "tests/support/temp_folder.hpp"

namespace hearth::store {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

class DatabaseTest : public testing::Test {
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

inline int DatabaseTest::write_until_killed(int at_least) const {
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

}  // namespace hearth::store
