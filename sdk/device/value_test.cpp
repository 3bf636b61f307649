// SPDX-License-Identifier: Apache-2.0
#include "sdk/device/value.hpp"

#include <gtest/gtest.h>

namespace hearth::device {
namespace {

struct RoundTrip {
  PropertyType type;
  const char* text;
};

class EveryType : public testing::TestWithParam<RoundTrip> {};

TEST_P(EveryType, PrintsWhatItRead) {
  const auto value = parse_value(GetParam().type, GetParam().text);
  ASSERT_TRUE(value.has_value());
  EXPECT_EQ(type_of(*value), GetParam().type);
  EXPECT_EQ(print_value(*value), GetParam().text);
}

INSTANTIATE_TEST_SUITE_P(
    Value, EveryType,
    testing::Values(RoundTrip{PropertyType::integer, "-9223372036854775808"},
                    RoundTrip{PropertyType::integer, "9007199254740993"},
                    RoundTrip{PropertyType::single, "20.5"}, RoundTrip{PropertyType::single, "0.1"},
                    RoundTrip{PropertyType::real, "0.30000000000000004"},
                    RoundTrip{PropertyType::string, "ON \u20ac"}, RoundTrip{PropertyType::string, ""},
                    RoundTrip{PropertyType::boolean, "true"}, RoundTrip{PropertyType::bytes, "AAEC/w=="},
                    RoundTrip{PropertyType::bytes, "AAEC"}, RoundTrip{PropertyType::bytes, ""}));

TEST(Value, OfTypeBooleanTakesTheUsualWords) {
  for (const char* yes : {"true", "TRUE", "1", "on", "ON"})
    EXPECT_EQ(parse_value(PropertyType::boolean, yes).value(), Value(true));
  for (const char* no : {"false", "False", "0", "off"})
    EXPECT_EQ(parse_value(PropertyType::boolean, no).value(), Value(false));
}

TEST(Value, RefusesTextOfAnotherType) {
  const RoundTrip wrong[] = {
      {PropertyType::integer, ""},       {PropertyType::integer, "1.5"},
      {PropertyType::integer, "0x10"},   {PropertyType::integer, "9223372036854775808"},
      {PropertyType::integer, " 1"},     {PropertyType::single, "nan"},
      {PropertyType::real, "inf"},       {PropertyType::real, "1e999"},
      {PropertyType::real, "1,5"},       {PropertyType::boolean, "yes!"},
      {PropertyType::bytes, "AAE"},      {PropertyType::bytes, "????"},
      {PropertyType::string, "\xff\xfe"}};
  for (const auto& [type, text] : wrong) {
    const auto value = parse_value(type, text);
    ASSERT_TRUE(value.has_error()) << to_string(type) << " " << text;
    EXPECT_EQ(value.error().code, "BadValue");
  }
}

TEST(Value, IsBoundedInSize) {
  EXPECT_TRUE(parse_value(PropertyType::string, std::string(kMaxValueSize, 'x')).has_value());
  EXPECT_EQ(parse_value(PropertyType::string, std::string(kMaxValueSize + 1, 'x')).error().code,
            "ValueTooLong");
}

}  // namespace
}  // namespace hearth::device
