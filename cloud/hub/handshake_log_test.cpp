// SPDX-License-Identifier: Apache-2.0
#include "cloud/hub/handshake_log.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hearth::cloudhub {
namespace {

using std::chrono::seconds;
using testing::HasSubstr;

struct HandshakeLogTest : testing::Test {
  HandshakeLog log;
  HandshakeLog::Time now{std::chrono::hours(1)};
};

TEST_F(HandshakeLogTest, SaysAtMostOneLineAMinuteForAnAddress) {
  int lines = 0;
  for (int second = 0; second < 3600; ++second) {
    now += seconds(1);
    lines += log.failed("192.0.2.1", "edge-1", "its certificate is of another CA", now) ? 1 : 0;
  }
  EXPECT_EQ(lines, 60);
  EXPECT_TRUE(log.failed("192.0.2.2", "", "x", now));
}

TEST_F(HandshakeLogTest, NamesTheNodeTheReasonAndWhatWasLeftOut) {
  const auto first = log.failed("192.0.2.1", "edge-1", "because", now);
  EXPECT_EQ(*first, "no link from 192.0.2.1, which says it is node edge-1: because");
  log.failed("192.0.2.1", "edge-1", "because", now);
  log.failed("192.0.2.1", "edge-1", "because", now);
  EXPECT_THAT(*log.failed("192.0.2.1", "edge-1", "because", now + seconds(60)), HasSubstr("(2 more tries"));
}

TEST_F(HandshakeLogTest, RemembersTheNodeThatWasLinkedFromThere) {
  log.opened("192.0.2.1", "edge-7", now);
  EXPECT_THAT(*log.failed("192.0.2.1", "", "because", now), HasSubstr("last known as node edge-7"));
}

TEST_F(HandshakeLogTest, IsBoundedHoweverManyAddressesTry) {
  log.opened("192.0.2.1", "edge-7", now);
  for (int i = 0; i < 2000; ++i)
    log.failed("2001:db8::" + std::to_string(i), "", "because", now + seconds(i));
  EXPECT_THAT(*log.failed("192.0.2.1", "", "because", now + seconds(2000)),
              testing::Not(HasSubstr("edge-7")));
}

}  // namespace
}  // namespace hearth::cloudhub
