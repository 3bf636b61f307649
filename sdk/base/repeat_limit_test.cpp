// SPDX-License-Identifier: Apache-2.0
#include "sdk/base/repeat_limit.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>

#include <sstream>

namespace hearth {
namespace {

using std::chrono::seconds;
using testing::HasSubstr;

struct RepeatLimitTest : testing::Test {
  RepeatLimitTest() {
    limit.add_sink(std::make_shared<spdlog::sinks::ostream_sink_st>(out));
    limit.set_pattern("%l %v");
  }
  void log(const std::string& text, spdlog::level::level_enum level = spdlog::level::warn) {
    spdlog::sinks::sink& sink = limit;
    sink.log(spdlog::details::log_msg(now, {}, "test", level, text));
  }
  int lines() const {
    const auto text = out.str();
    return static_cast<int>(std::count(text.begin(), text.end(), '\n'));
  }

  std::ostringstream out;
  RepeatLimit limit;
  spdlog::log_clock::time_point now{std::chrono::hours(1)};
};

TEST_F(RepeatLimitTest, WritesARepeatedWarningOnceAMinuteWithTheNumber) {
  for (int second = 0; second < 61; ++second) {
    log("device lamp: no answer");
    now += seconds(1);
  }
  EXPECT_EQ(lines(), 2);
  EXPECT_THAT(out.str(), HasSubstr("no answer (and 59 times more meanwhile)"));
}

TEST_F(RepeatLimitTest, DifferentLinesInTurnsAreEachHeldBack) {
  for (int i = 0; i < 100; ++i) {
    log("a");
    log("b");
    log("a", spdlog::level::err);
  }
  EXPECT_EQ(lines(), 3);
}

TEST_F(RepeatLimitTest, LeavesInformationAlone) {
  for (int i = 0; i < 5; ++i)
    log("a", spdlog::level::info);
  EXPECT_EQ(lines(), 5);
}

TEST_F(RepeatLimitTest, RemembersABoundedNumberOfLines) {
  for (int i = 0; i < 100'000; ++i)
    log(std::to_string(i));
  EXPECT_EQ(lines(), 100'000);
}

}  // namespace
}  // namespace hearth
