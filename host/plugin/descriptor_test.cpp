// SPDX-License-Identifier: Apache-2.0
#include "host/plugin/descriptor.hpp"

#include <gtest/gtest.h>

#include "host/plugin/sinks.hpp"
#include "sdk/mapper/mapper.hpp"

namespace hearth::plugin {
namespace {

class AnyMapper : public mapper::Mapper {
 public:
  static constexpr bool kSubscribes = true;
  using Mapper::Mapper;
  mapper::Expected<std::string> bus_key(const mapper::DeviceConfig&) const override { return "key"; }
  mapper::Expected<std::unique_ptr<mapper::Device>> open(const mapper::DeviceConfig&,
                                                         mapper::Deadline) override {
    return mapper::bug_error("none");
  }
};

hearth_mapper_table table() {
  return mapper::entry::table_of<AnyMapper>("any", "1.0", false);
}

MapperNote note() {
  MapperNote out;
  out.name = "any";
  out.version = "1.0";
  out.abi = kHostAbi;
  return out;
}

TEST(Descriptor, FitsItsNote) {
  const auto good = table();
  const auto checked = check_descriptor(&good, note());
  ASSERT_TRUE(checked) << checked.error().text;
  EXPECT_NE(checked->subscribe, nullptr);
}

TEST(Descriptor, OfASmallerTableLacksTheTail) {
  auto small = table();
  small.struct_size = offsetof(hearth_mapper_table, subscribe);
  const auto checked = check_descriptor(&small, note());
  ASSERT_TRUE(checked);
  EXPECT_EQ(checked->subscribe, nullptr);
  EXPECT_NE(checked->close, nullptr);
}

TEST(Descriptor, IsRefusedWhenItIsTooSmallOrMissesACall) {
  auto bad = table();
  bad.struct_size = 24;
  EXPECT_FALSE(check_descriptor(&bad, note()));
  bad = table();
  bad.write = nullptr;
  EXPECT_FALSE(check_descriptor(&bad, note()));
  EXPECT_FALSE(check_descriptor(nullptr, note()));
}

TEST(Descriptor, IsRefusedWhenItContradictsTheNote) {
  auto lying = table();
  lying.abi_major = HEARTH_ABI_MAJOR + 1;
  EXPECT_FALSE(check_descriptor(&lying, note()));
  const auto good = table();
  auto other = note();
  other.name = "other";
  EXPECT_NE(check_descriptor(&good, other).error().text.find("name other, its code says any"),
            std::string::npos);
}

TEST(Descriptor, RefusesAnotherAbiWithBothSidesAndTheMend) {
  EXPECT_EQ(abi_refusal(kHostAbi), "");
  EXPECT_NE(abi_refusal({HEARTH_ABI_MAJOR + 1, 0}).find("build it with the SDK"), std::string::npos);
  EXPECT_NE(abi_refusal({HEARTH_ABI_MAJOR, HEARTH_ABI_MINOR + 1}).find("upgrade the host"),
            std::string::npos);
}

TEST(CleanText, KeepsUtf8AndReplacesTheRest) {
  EXPECT_EQ(clean_text("21 °C"), "21 °C");
  EXPECT_EQ(clean_text("a\nb\xff\xc0\x80"), "a?b???");
  EXPECT_EQ(clean_text("\xe2\x82"), "??");
  EXPECT_LE(clean_text(std::string(100'000, 'x')).size(), 1024U);
}

}  // namespace
}  // namespace hearth::plugin
