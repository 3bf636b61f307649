// SPDX-License-Identifier: Apache-2.0
#include "host/twin/device_map.hpp"

#include <gtest/gtest.h>

namespace hearth::twin {
namespace {

TEST(DeviceMap, FindsWhatWasPutIn) {
  DeviceMap<int> map;
  for (int i = 0; i < 1000; ++i)
    map[{"default", std::to_string(i)}] = i;
  for (int i = 0; i < 1000; ++i)
    EXPECT_EQ(*map.find({"default", std::to_string(i)}), i);
  EXPECT_EQ(map.find({"other", "1"}), nullptr);
  EXPECT_EQ(map.ordered().size(), 1000u);
}

TEST(DeviceMap, ForgetsWhatWasErased) {
  DeviceMap<int> map;
  map[{"a", "x"}] = 1;
  map[{"a", "y"}] = 2;
  map.erase({"a", "x"});
  map.erase({"a", "z"});
  EXPECT_EQ(map.find({"a", "x"}), nullptr);
  EXPECT_EQ(*map.find({"a", "y"}), 2);
  map[{"a", "x"}] = 3;
  EXPECT_EQ(*map.find({"a", "x"}), 3);
}

TEST(DeviceMap, IsWalkedInTheOrderOfNames) {
  DeviceMap<int> map;
  for (const auto* name : {"c", "a", "b"})
    map[{"n", name}];
  std::string walked;
  for (const auto& [id, value] : map.ordered())
    walked += id.name;
  EXPECT_EQ(walked, "abc");
}

}  // namespace
}  // namespace hearth::twin
