// SPDX-License-Identifier: Apache-2.0
#include "sdk/base/time.hpp"

#include <gtest/gtest.h>

namespace hearth {
namespace {

constexpr std::int64_t kFiveSecondsInto2026 = 1767225605000;

TEST(Time, PrintsWholeSecondsInUtc) {
  EXPECT_EQ(to_rfc3339(from_unix_ms(kFiveSecondsInto2026 + 999)), "2026-01-01T00:00:05Z");
}

TEST(Time, PrintsSixDigitsOfMicroTime) {
  EXPECT_EQ(to_rfc3339_micro(from_unix_ms(kFiveSecondsInto2026 + 7)), "2026-01-01T00:00:05.007000Z");
}

TEST(Time, ReadsBackWhatItPrinted) {
  const auto time = from_unix_ms(kFiveSecondsInto2026 + 120);
  EXPECT_EQ(parse_rfc3339(to_rfc3339_micro(time)).value(), time);
}

TEST(Time, HonoursOffsets) {
  EXPECT_EQ(to_unix_ms(parse_rfc3339("2026-01-01T02:00:05+02:00").value()), kFiveSecondsInto2026);
  EXPECT_EQ(to_unix_ms(parse_rfc3339("2025-12-31T22:30:05.0-01:30").value()), kFiveSecondsInto2026);
}

TEST(Time, PrintsTimesBefore1970) {
  EXPECT_EQ(to_rfc3339_micro(from_unix_ms(-500)), "1969-12-31T23:59:59.500000Z");
}

TEST(Time, TakesTheNearestForTimesItCannotHold) {
  EXPECT_LT(parse_rfc3339("0001-01-01T00:00:00Z").value(), from_unix_ms(0));
  EXPECT_GT(parse_rfc3339("9999-12-31T23:59:59Z").value(), from_unix_ms(kFiveSecondsInto2026));
}

TEST(Time, RefusesWhatIsNoTime) {
  for (const char* text : {"", "now", "2026-01-01", "2026-13-01T00:00:05Z", "2026-02-30T00:00:05Z",
                           "2026-01-01T24:00:00Z", "2026-01-01T00:00:05", "2026-01-01T00:00:05.Z",
                           "2026-01-01T00:00:05Z trailing", "-026-01-01T00:00:05Z"}) {
    EXPECT_TRUE(parse_rfc3339(text).has_error()) << text;
  }
}

}  // namespace
}  // namespace hearth
