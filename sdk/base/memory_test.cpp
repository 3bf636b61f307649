// SPDX-License-Identifier: Apache-2.0
#include "sdk/base/memory.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <fstream>
#include <string>
#include <thread>

namespace hearth {
namespace {

long resident_file_kib() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    long kib = 0;
    if (word == "RssFile:" && status >> kib) return kib;
  }
  return -1;
}

TEST(Memory, GivesBackWhatIsMappedAndGoesOn) {
  limit_heaps();
  const auto before = resident_file_kib();
  give_back_memory();
  EXPECT_LT(resident_file_kib(), before);
}

TEST(Memory, GivesBackUnderTheFeetOfAnotherThread) {
  std::atomic<bool> stop = false;
  std::atomic<long> turns = 0;
  std::thread other([&] {
    while (!stop)
      turns += static_cast<long>(std::to_string(turns.load()).size());
  });
  for (int i = 0; i < 100; ++i)
    give_back_memory();
  const auto seen = turns.load();
  while (turns.load() == seen)
    std::this_thread::yield();
  stop = true;
  other.join();
}

}  // namespace
}  // namespace hearth
