// SPDX-License-Identifier: Apache-2.0
#include "cloud/hub/takeover_guard.hpp"

#include <gtest/gtest.h>

namespace hearth::cloudhub {
namespace {

using std::chrono::seconds;

const Client kOne{"key-1", "192.0.2.1", ""};
const Client kTwo{"key-2", "192.0.2.2", ""};

struct TakeoverGuardTest : testing::Test {
  bool admitted(const Client& newcomer, const Client& holder) {
    return guard.knock("edge-1", newcomer, holder, now).admitted;
  }
  /// They take the node from each other until one is refused.
  void flap() {
    EXPECT_TRUE(admitted(kTwo, kOne));
    EXPECT_TRUE(admitted(kOne, kTwo));
  }
  TakeoverGuard guard;
  TakeoverGuard::Time now{std::chrono::hours(1)};
};

TEST_F(TakeoverGuardTest, LetsAHostComeBackAsOftenAsItLikes) {
  for (int i = 0; i < 100; ++i)
    EXPECT_TRUE(admitted(kOne, kOne));
}

TEST_F(TakeoverGuardTest, LeavesTheNodeToTheHostThatHadItFirst) {
  flap();
  const auto verdict = guard.knock("edge-1", kTwo, kOne, now);
  EXPECT_FALSE(verdict.admitted);
  EXPECT_TRUE(verdict.news);
  EXPECT_FALSE(guard.knock("edge-1", kTwo, kOne, now).news) << "once a minute";
  EXPECT_TRUE(guard.knock("edge-2", kTwo, kOne, now).admitted) << "of that node alone";
  EXPECT_TRUE(admitted(kOne, kOne)) << "the one that holds it may come again";
}

TEST_F(TakeoverGuardTest, KeepsRefusingWhileTheOtherKeepsTrying) {
  flap();
  for (int i = 0; i < 10; ++i) {
    EXPECT_FALSE(admitted(kTwo, kOne));
    now += seconds(90);
  }
}

TEST_F(TakeoverGuardTest, ForgetsAfterAWhileOrWhenTheNodeIsFree) {
  flap();
  EXPECT_FALSE(admitted(kTwo, kOne));
  now += seconds(121);
  flap();
  EXPECT_FALSE(admitted(kTwo, kOne));
  guard.released("edge-1");
  EXPECT_TRUE(admitted(kTwo, kOne));
}

TEST_F(TakeoverGuardTest, TellsCopiesOfOneDataFolderApartByTheirInstance) {
  const Client first{"key", "127.0.0.1", "a"};
  const Client copy{"key", "127.0.0.1", "b"};
  EXPECT_TRUE(admitted(copy, first));
  EXPECT_TRUE(admitted(first, copy));
  EXPECT_FALSE(admitted(copy, first));
}

TEST_F(TakeoverGuardTest, AllowsATakeoverNowAndThen) {
  for (int i = 0; i < 20; ++i) {
    now += seconds(35);
    EXPECT_TRUE(admitted(i % 2 == 0 ? kOne : kTwo, i % 2 == 0 ? kTwo : kOne));
  }
}

}  // namespace
}  // namespace hearth::cloudhub
