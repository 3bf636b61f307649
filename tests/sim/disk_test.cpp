// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/disk.hpp"

#include <gtest/gtest.h>

namespace hearth::sim {
namespace {

/// What the file holds after power cuts with each of many seeds.
std::map<std::string, int> outcomes(const std::string& synced, const std::string& unsynced) {
  std::map<std::string, int> seen;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Disk disk;
    Random random(seed);
    const auto file = disk.open("f", true);
    EXPECT_EQ(disk.write(*file, 0, synced), Io::ok);
    EXPECT_EQ(disk.sync(*file), Io::ok);
    EXPECT_EQ(disk.write(*file, 0, unsynced), Io::ok);
    disk.restart_after_power_cut(random);
    ++seen[disk.open("f", false)->content()];
  }
  return seen;
}

TEST(Disk, KeepsWhatWasSyncedAndMayLoseTheRest) {
  const auto seen = outcomes("old", "new");
  EXPECT_EQ(seen.size(), 2U);
  EXPECT_GT(seen.at("old"), 20);
  EXPECT_GT(seen.at("new"), 20);
}

TEST(Disk, TearsAWriteBetweenSectorsOnly) {
  const std::string old(3 * Disk::kSector, 'o');
  const std::string fresh(3 * Disk::kSector, 'n');
  const auto seen = outcomes(old, fresh);
  EXPECT_TRUE(seen.contains(fresh.substr(0, Disk::kSector) + old.substr(Disk::kSector)));
  for (const auto& [content, count] : seen) {
    for (std::size_t sector = 0; sector < 3; ++sector) {
      const auto part = content.substr(sector * Disk::kSector, Disk::kSector);
      EXPECT_TRUE(part == fresh.substr(0, Disk::kSector) || part == old.substr(0, Disk::kSector));
    }
  }
}

TEST(Disk, LosesTheNameOfAFileThatWasNeverSynced) {
  int gone = 0;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    Disk disk;
    Random random(seed);
    disk.write(*disk.open("f", true), 0, "text");
    disk.restart_after_power_cut(random);
    gone += disk.exists("f") ? 0 : 1;
  }
  EXPECT_GT(gone, 10);
  EXPECT_LT(gone, 50);
}

TEST(Disk, KeepsEverythingWhenOnlyTheProcessIsKilled) {
  Disk disk;
  const auto file = disk.open("f", true);
  disk.write(*file, 0, "text");
  disk.stop_after(0);
  EXPECT_EQ(disk.write(*file, 0, "late"), Io::failed);
  disk.restart();
  EXPECT_EQ(disk.open("f", false)->content(), "text");
}

TEST(Disk, StopsAfterTheWritesItWasTold) {
  Disk disk;
  const auto file = disk.open("f", true);
  disk.stop_after(2);
  EXPECT_EQ(disk.write(*file, 0, "a"), Io::ok);
  EXPECT_EQ(disk.write(*file, 1, "b"), Io::ok);
  EXPECT_EQ(disk.write(*file, 2, "c"), Io::failed);
  EXPECT_EQ(disk.sync(*file), Io::failed);
  EXPECT_EQ(file->content(), "ab");
}

TEST(Disk, TakesOverwritesWhenItIsFullAndNothingWhenItIsBroken) {
  Disk disk;
  const auto file = disk.open("f", true);
  disk.write(*file, 0, "text");
  disk.set_fault(DiskFault::full);
  EXPECT_EQ(disk.write(*file, 0, "TEXT"), Io::ok);
  EXPECT_EQ(disk.write(*file, 4, "!"), Io::full);
  disk.set_fault(DiskFault::broken);
  EXPECT_EQ(disk.write(*file, 0, "text"), Io::failed);
  EXPECT_EQ(disk.sync(*file), Io::failed);
  disk.set_fault(DiskFault::none);
  EXPECT_EQ(disk.sync(*file), Io::ok);
  EXPECT_EQ(file->content(), "TEXT");
}

}  // namespace
}  // namespace hearth::sim
