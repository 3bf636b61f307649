// SPDX-License-Identifier: Apache-2.0
#include "sdk/wire/condition.hpp"

#include <gtest/gtest.h>

namespace hearth::wire {
namespace {

using nlohmann::json;

const Condition kMissing{"MapperReady", ConditionStatus::no, "MapperMissing", "no mapper serves model lamp",
                         from_unix_ms(1767225605000)};

TEST(Condition, PrintsAsKubernetesHasIt) {
  EXPECT_EQ(to_json(kMissing), json::parse(R"({"type":"MapperReady","status":"False","reason":"MapperMissing",
    "message":"no mapper serves model lamp","lastTransitionTime":"2026-01-01T00:00:05Z"})"));
}

TEST(Condition, TravelsInAReport) {
  const auto report = parse_conditions_report(conditions_report(1, "uid-1", {kMissing})).value();
  EXPECT_EQ(report.device_uid, "uid-1");
  ASSERT_EQ(report.conditions.size(), 1u);
  EXPECT_EQ(report.conditions[0], kMissing);
}

TEST(Condition, ReportRefusesGarbage) {
  for (const char* text : {"null", "[]", "{}", R"({"uid":"a"})", R"({"uid":1,"conditions":[]})",
                           R"({"uid":"a","conditions":[{}]})",
                           R"({"uid":"a","conditions":[{"type":"T","status":"Maybe","reason":"","message":"",
                               "lastTransitionTime":"2026-01-01T00:00:05Z"}]})",
                           R"({"uid":"a","conditions":[{"type":"T","status":"True","reason":"","message":"",
                               "lastTransitionTime":"soon"}]})"}) {
    EXPECT_TRUE(parse_conditions_report(json::parse(text)).has_error()) << text;
  }
}

}  // namespace
}  // namespace hearth::wire
