// SPDX-License-Identifier: Apache-2.0
#include "sdk/mapper/convert.hpp"

#include <gtest/gtest.h>

namespace hearth::mapper {
namespace {

using device::Value;

const Value kValues[] = {std::int64_t{-7}, 1.5F, -2.25, std::string("ON"), true, device::Bytes{0, 255, 3}};

TEST(Convert, CarriesEveryTypeOfValueAcross) {
  for (const auto& value : kValues) {
    EXPECT_EQ(from_abi(to_abi(value)), value);
  }
}

TEST(Convert, GivesNothingForAnUnknownType) {
  hearth_value value{};
  value.type = 99;
  EXPECT_FALSE(from_abi(value));
  hearth_read_result result{};
  result.value = value;
  EXPECT_EQ(from_abi(result).status.cls, StatusClass::bug);
}

TEST(Convert, TakesAClassOfALaterVersionAsABug) {
  EXPECT_EQ(status_class_from_abi(HEARTH_BUSY), StatusClass::busy);
  EXPECT_EQ(status_class_from_abi(77), StatusClass::bug);
}

TEST(Convert, ReadsANullStringAsEmptyWhateverItsLength) {
  EXPECT_EQ(view({nullptr, 12}), "");
}

TEST(Convert, CarriesReadingsWithTimeAndQuality) {
  const SourceTime time{std::chrono::milliseconds(1'767'225'600'000)};
  const ReadResult reading{{}, 20.5, time, Quality::uncertain};
  const auto back = from_abi(to_abi(reading));
  EXPECT_TRUE(back.status.ok());
  EXPECT_EQ(back.value, Value(20.5));
  EXPECT_EQ(back.source_time, time);
  EXPECT_EQ(back.quality, Quality::uncertain);
}

TEST(Convert, CarriesOutcomesAndRefusesUnknownOnes) {
  const WriteOutcome mismatch{WriteOutcome::Kind::mismatch, {}, Value(std::string("OFF"))};
  const auto back = from_abi(to_abi(mismatch));
  EXPECT_EQ(back.kind, WriteOutcome::Kind::mismatch);
  EXPECT_EQ(back.actual, mismatch.actual);
  hearth_write_result unknown{};
  unknown.outcome = 9;
  EXPECT_EQ(from_abi(unknown).kind, WriteOutcome::Kind::failed);
  EXPECT_EQ(from_abi(unknown).status.cls, StatusClass::bug);
}

TEST(Convert, KeepsADeadline) {
  const Deadline deadline{std::chrono::nanoseconds(123'456'789)};
  EXPECT_EQ(deadline_from_abi(to_abi(deadline)), deadline);
}

}  // namespace
}  // namespace hearth::mapper
