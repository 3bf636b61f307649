// SPDX-License-Identifier: Apache-2.0
#include "cloud/api/store/compaction.hpp"

#include <gtest/gtest.h>

#include <numeric>
#include <random>

#include "cloud/api/store/store_file.hpp"

namespace hearth::api {
namespace {

class CompactionTest : public ::testing::Test {
 protected:
  CompactionTest() {
    database_.exec("PRAGMA auto_vacuum = INCREMENTAL");
    database_.exec(kStoreSchema);
    compaction_.load({});
  }

  Key key(int number) const { return {"lamps", "home", "lamp-" + std::to_string(100000 + number)}; }

  void put(int number, std::size_t bytes) {
    auto change = std::make_shared<Change>();
    change->key = key(number);
    change->previous = objects_[change->key];
    change->version = ++version_;
    change->object =
        Object::of({{"metadata", {{"name", change->key.name}}}, {"spec", std::string(bytes, 'x')}});
    objects_[change->key] = change->object;
    save(change);
  }

  void erase(int number) {
    auto change = std::make_shared<Change>();
    change->key = key(number);
    change->previous = objects_.at(change->key);
    change->object = change->previous;
    change->deleted = true;
    change->version = ++version_;
    objects_.erase(change->key);
    save(change);
  }

  void save(const ChangePtr& change) {
    save_changes(database_, statements_, {change});
    compaction_.committed({change});
  }

  /// All slices that are due; how many there were.
  int compact() {
    int slices = 0;
    for (; compaction_.due(); ++slices)
      compaction_.sliced(pack_slice(database_, statements_, compaction_.begin(), compaction_.allowed()));
    return slices;
  }

  double used_to_live() {
    const auto pages = database_.execAndGet("PRAGMA page_count").getInt64() -
                       database_.execAndGet("PRAGMA freelist_count").getInt64();
    return static_cast<double>(pages) * 4096.0 / static_cast<double>(compaction_.live_bytes());
  }

  static std::vector<int> shuffled(int count, unsigned seed) {
    std::vector<int> numbers(static_cast<std::size_t>(count));
    std::iota(numbers.begin(), numbers.end(), 0);
    std::shuffle(numbers.begin(), numbers.end(), std::mt19937(seed));
    return numbers;
  }

  SQLite::Database database_{":memory:", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE};
  store::Statements statements_;
  Compaction compaction_;
  Objects objects_;
  std::uint64_t version_ = 0;
};

TEST_F(CompactionTest, PagesThatRandomDeletesLeftHalfEmptyAreJoined) {
  for (const auto number : shuffled(6000, 1))
    put(number, 900);
  compact();
  auto gone = shuffled(6000, 2);
  gone.resize(3600);
  for (const auto number : gone)
    erase(number);
  ASSERT_GT(used_to_live(), 1.5) << "nothing to compact";
  EXPECT_GT(compact(), 30);
  EXPECT_LT(used_to_live(), 1.33);
  EXPECT_EQ(load_state(database_).objects.size(), 2400U);
  EXPECT_EQ(database_.execAndGet("PRAGMA integrity_check").getString(), "ok");
}

TEST_F(CompactionTest, EverythingIsAsItWas) {
  for (int i = 0; i < 2000; ++i)
    put(i, 300);
  for (int i = 0; i < 2000; ++i)
    if (i % 3 != 0) erase(i);
  compact();
  const auto loaded = load_state(database_);
  ASSERT_EQ(loaded.objects.size(), objects_.size());
  for (const auto& [key, object] : objects_)
    ASSERT_EQ(loaded.objects.at(key)->text(), object->text());
}

TEST_F(CompactionTest, TheFileStaysBelowItsBoundUnderChurn) {
  std::mt19937 random(3);
  std::vector<bool> there(4000, false);
  for (int i = 0; i < 30000; ++i) {
    const auto number = static_cast<int>(random() % there.size());
    const auto at = static_cast<std::size_t>(number);
    there[at] && random() % 2 == 0 ? erase(number) : put(number, 400 + random() % 800);
    there[at] = objects_.contains(key(number));
    if (compaction_.due())
      compaction_.sliced(pack_slice(database_, statements_, compaction_.begin(), compaction_.allowed()));
    if (i > 10000 && i % 500 == 0) {
      EXPECT_LT(used_to_live(), 1.5) << i;
    }
  }
}

TEST_F(CompactionTest, AFileThatLiesCloseIsLeftAlone) {
  for (int i = 0; i < 3000; ++i)
    put(i, 900);
  EXPECT_LE(compact(), 1) << "one look";
  EXPECT_EQ(compact(), 0);
}

TEST_F(CompactionTest, RowsThatCannotLieCloserAreNotMovedForEver) {
  for (int i = 0; i < 600; ++i)
    put(i, 2300);
  compact();
  for (int i = 0; i < 60; ++i)
    erase(i * 10);
  compact();
  EXPECT_EQ(compact(), 0);
  erase(1);
  EXPECT_EQ(compact(), 0) << "one row is not worth a look";
}

TEST_F(CompactionTest, ASliceThatFailedIsTriedAfterTheNextChanges) {
  compaction_.begin();
  compaction_.failed();
  EXPECT_FALSE(compaction_.due());
  for (int i = 0; i < 600; ++i)
    put(i, 900);
  EXPECT_TRUE(compaction_.due());
}

}  // namespace
}  // namespace hearth::api
