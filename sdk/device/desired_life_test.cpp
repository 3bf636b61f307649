// SPDX-License-Identifier: Apache-2.0
#include "sdk/device/desired_life.hpp"

#include <gtest/gtest.h>

namespace hearth::device {
namespace {

using std::chrono::milliseconds;

TEST(DesiredLife, WithoutMetadataAValueIsWantedForEver) {
  EXPECT_EQ(parse_desired_life({}).value(), DesiredLife{});
  EXPECT_EQ(parse_desired_life({{"timestamp", "1767225600000"}, {"type", "string"}}).value(), DesiredLife{});
}

TEST(DesiredLife, ReadsATimeAndADuration) {
  const auto life = parse_desired_life({{"expiresAt", "2026-01-01T02:00:05+02:00"}, {"ttl", "5m"}}).value();
  EXPECT_EQ(to_unix_ms(*life.expires_at), 1'767'225'605'000);
  EXPECT_EQ(life.ttl, milliseconds(300'000));
}

TEST(DesiredLife, TtlTakesSecondsAndDurations) {
  EXPECT_EQ(parse_ttl("30").value(), milliseconds(30'000));
  EXPECT_EQ(parse_ttl("0.5").value(), milliseconds(500));
  EXPECT_EQ(parse_ttl("250ms").value(), milliseconds(250));
  EXPECT_EQ(parse_ttl("1.5s").value(), milliseconds(1500));
  EXPECT_EQ(parse_ttl("1h30m").value(), milliseconds(5'400'000));
}

TEST(DesiredLife, RefusesWhatIsNoDuration) {
  for (const char* text : {"", " ", "s", "0", "0s", "-5", "5 m", "5d", "1..5s", "5s3", "1e3", "nan", "inf",
                           "99999999999999999999h", "400000d", "30s "}) {
    EXPECT_TRUE(parse_ttl(text).has_error()) << text;
  }
  EXPECT_TRUE(parse_ttl(std::string(1000, '9')).has_error());
}

TEST(DesiredLife, ErrorsNameTheKey) {
  EXPECT_NE(parse_desired_life({{"expiresAt", "soon"}}).error().text.find("expiresAt"), std::string::npos);
  EXPECT_NE(parse_desired_life({{"ttl", "soon"}}).error().text.find("ttl"), std::string::npos);
}

}  // namespace
}  // namespace hearth::device
