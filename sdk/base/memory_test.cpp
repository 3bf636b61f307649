// SPDX-License-Identifier: Apache-2.0
#include "sdk/base/memory.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
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
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (turns.load() == seen && std::chrono::steady_clock::now() < end)
    std::this_thread::yield();
  EXPECT_GT(turns.load(), seen) << "the other thread came to a stop";
  stop = true;
  other.join();
}

}  // namespace
}  // namespace hearth
