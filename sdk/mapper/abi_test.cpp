// SPDX-License-Identifier: Apache-2.0
// The layout that mappers of other compilers and years rely on.
#include "sdk/mapper/abi.h"

#include <gtest/gtest.h>

#include <type_traits>

namespace {

constexpr std::size_t kWord = sizeof(void*);

static_assert(sizeof(hearth_string) == 2 * kWord);
static_assert(offsetof(hearth_status, text) == 8);
static_assert(sizeof(hearth_status) == 8 + 2 * kWord);
static_assert(offsetof(hearth_value, as) == 8);
static_assert(sizeof(hearth_value) == 8 + (kWord == 8 ? 16 : 8));
static_assert(offsetof(hearth_read_result, value) == sizeof(hearth_status));
static_assert(offsetof(hearth_read_result, source_time) == sizeof(hearth_status) + sizeof(hearth_value));
static_assert(sizeof(hearth_read_result) == sizeof(hearth_status) + sizeof(hearth_value) + 16);
static_assert(offsetof(hearth_write_result, status) == 8);
static_assert(offsetof(hearth_write_result, actual) == 8 + sizeof(hearth_status));
static_assert(offsetof(hearth_property_config, name) == 16);
static_assert(sizeof(hearth_property_config) == 16 + 3 * sizeof(hearth_string));
static_assert(offsetof(hearth_device_config, ns) == 8);
static_assert(sizeof(hearth_device_config) == 8 + 5 * sizeof(hearth_string) + kWord);
static_assert(sizeof(hearth_host) == 8 + 2 * kWord);
static_assert(offsetof(hearth_mapper_table, struct_size) == 0);
static_assert(offsetof(hearth_mapper_table, abi_major) == 4);
static_assert(offsetof(hearth_mapper_table, abi_minor) == 6);
static_assert(offsetof(hearth_mapper_table, name) == 16);
static_assert(offsetof(hearth_mapper_table, create) == 16 + 2 * sizeof(hearth_string));
static_assert(sizeof(hearth_mapper_table) == 16 + 2 * sizeof(hearth_string) + 12 * kWord);

static_assert(std::is_standard_layout_v<hearth_mapper_table> && std::is_trivial_v<hearth_mapper_table>);
static_assert(std::is_trivial_v<hearth_read_result> && std::is_trivial_v<hearth_write_result>);

TEST(Abi, KeepsTheNumbersThatMappersWereBuiltWith) {
  EXPECT_EQ(HEARTH_BUG, 6);
  EXPECT_EQ(HEARTH_BYTES, 5);
  EXPECT_EQ(HEARTH_FAILED, 3);
  EXPECT_EQ(HEARTH_STALE, 2);
  EXPECT_STREQ(HEARTH_NOTE_OWNER, "Hearth");
}

}  // namespace
