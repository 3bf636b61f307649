// SPDX-License-Identifier: Apache-2.0
#include "plugins/virtual/waveform.hpp"

#include <gtest/gtest.h>

namespace hearth::virtual_device {
namespace {

using namespace std::chrono_literals;

WaveformOptions options(Shape shape, std::uint64_t seed = 0) {
  return {shape, 18, 24, 10s, seed};
}

TEST(Waveform, HasTheValuesOfItsShape) {
  EXPECT_DOUBLE_EQ(Waveform(options(Shape::constant)).at(3s), 18);
  EXPECT_DOUBLE_EQ(Waveform(options(Shape::toggle)).at(4s), 24);
  EXPECT_DOUBLE_EQ(Waveform(options(Shape::toggle)).at(6s), 18);
  EXPECT_DOUBLE_EQ(Waveform(options(Shape::ramp)).at(15s), 21);
  EXPECT_NEAR(Waveform(options(Shape::sine)).at(2500ms), 24, 1e-9);
  EXPECT_NEAR(Waveform(options(Shape::sine)).at(7500ms), 18, 1e-9);
}

TEST(Waveform, StaysWithinItsRange) {
  for (const auto shape : {Shape::constant, Shape::toggle, Shape::ramp, Shape::sine, Shape::random_walk}) {
    Waveform wave(options(shape, 5));
    for (auto t = 0ms; t < 60s; t += 37ms) {
      const auto value = wave.at(t);
      ASSERT_GE(value, 18);
      ASSERT_LE(value, 24);
    }
  }
}

TEST(Waveform, IsTheSameForTheSameSeed) {
  for (const auto shape : {Shape::ramp, Shape::random_walk}) {
    EXPECT_DOUBLE_EQ(Waveform(options(shape, 7)).at(3s), Waveform(options(shape, 7)).at(3s));
    EXPECT_NE(Waveform(options(shape, 7)).at(3s), Waveform(options(shape, 8)).at(3s));
  }
}

TEST(Waveform, WalksTheSameWayHoweverOftenItIsRead) {
  Waveform often(options(Shape::random_walk, 3));
  for (auto t = 0ms; t < 5s; t += 10ms) {
    often.at(t);
  }
  EXPECT_DOUBLE_EQ(often.at(5s), Waveform(options(Shape::random_walk, 3)).at(5s));
}

TEST(Waveform, AnswersAtOnceAfterAYearUnread) {
  Waveform wave({Shape::random_walk, 0, 1, 1ms, 1});
  EXPECT_LE(wave.at(24h * 365), 1);
}

}  // namespace
}  // namespace hearth::virtual_device
