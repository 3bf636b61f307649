// SPDX-License-Identifier: Apache-2.0
#include "sdk/base/trace.hpp"

#include <gtest/gtest.h>

namespace hearth {
namespace {

const DeviceId kLamp{"default", "lamp"};
const DeviceId kFan{"default", "fan"};

TEST(Trace, GivesTheEventsOfOneDeviceAfterASequence) {
  Trace trace([] { return from_unix_ms(0); });
  trace.add(1, kLamp, "e1", "published");
  trace.add(1, kFan, "e2", "published");
  trace.add(2, kLamp, "e1", "received");
  const auto events = trace.after(1, "default/lamp");
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].step, 2);
  EXPECT_EQ(trace.after(0, "").size(), 3u);
}

TEST(Trace, ForgetsTheOldestWhenFull) {
  Trace trace([] { return from_unix_ms(0); }, 2);
  for (int step = 1; step <= 3; ++step)
    trace.add(step, kLamp, "e", "");
  EXPECT_EQ(trace.after(0, "").front().step, 2);
  EXPECT_EQ(trace.last(), 3u);
}

}  // namespace
}  // namespace hearth
