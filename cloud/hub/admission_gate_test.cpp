// SPDX-License-Identifier: Apache-2.0
#include "cloud/hub/admission_gate.hpp"

#include <gtest/gtest.h>

#include <array>

namespace hearth::cloudhub {
namespace {

using Turn = AdmissionGate::Turn;

struct AdmissionGateTest : testing::Test {
  AdmissionGate::Guest guest(int number) const { return &guests[number]; }
  std::array<char, 8> guests{};
  AdmissionGate gate{2, 3};
};

TEST_F(AdmissionGateTest, LetsTheOthersWaitInTheirOrder) {
  EXPECT_EQ(gate.enter(guest(0)), Turn::now);
  EXPECT_EQ(gate.enter(guest(1)), Turn::now);
  EXPECT_EQ(gate.enter(guest(2)), Turn::wait);
  EXPECT_EQ(gate.enter(guest(3)), Turn::wait);
  EXPECT_EQ(gate.leave(), guest(2));
  EXPECT_EQ(gate.leave(), guest(3));
  EXPECT_EQ(gate.leave(), std::nullopt);
  EXPECT_EQ(gate.leave(), std::nullopt);
  EXPECT_EQ(gate.inside(), 0u);
}

TEST_F(AdmissionGateTest, TurnsAwayWhenTooManyWait) {
  for (int i = 0; i < 5; ++i)
    EXPECT_NE(gate.enter(guest(i)), Turn::never);
  EXPECT_EQ(gate.enter(guest(5)), Turn::never);
  gate.leave();
  EXPECT_EQ(gate.enter(guest(5)), Turn::wait);
}

TEST_F(AdmissionGateTest, ForgetsWhoWaitsNoLonger) {
  for (int i = 0; i < 4; ++i)
    gate.enter(guest(i));
  EXPECT_TRUE(gate.forget(guest(2)));
  EXPECT_EQ(gate.leave(), guest(3));
  EXPECT_FALSE(gate.forget(guest(3))) << "it was named just before";
  EXPECT_EQ(gate.inside(), 2u);
}

}  // namespace
}  // namespace hearth::cloudhub
