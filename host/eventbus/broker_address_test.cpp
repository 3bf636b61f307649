// SPDX-License-Identifier: Apache-2.0
#include "host/eventbus/broker_address.hpp"

#include <gtest/gtest.h>

namespace hearth::eventbus {
namespace {

TEST(BrokerAddress, IsTakenApart) {
  EXPECT_EQ(parse_broker_address("mqtt://127.0.0.1:1884").value(), (BrokerAddress{"127.0.0.1", 1884, false}));
  EXPECT_EQ(parse_broker_address("mqtt://broker.local/").value(), (BrokerAddress{"broker.local", 1883, false}));
  EXPECT_EQ(parse_broker_address("mqtt://[::1]:1883").value(), (BrokerAddress{"::1", 1883, false}));
  EXPECT_EQ(parse_broker_address("mqtts://broker").value(), (BrokerAddress{"broker", 8883, true}));
}

TEST(BrokerAddress, RefusesEverythingElseWithWhatItExpects) {
  for (const char* text :
       {"", "127.0.0.1:1883", "http://host:80", "mqtt://", "mqtt://host:0", "mqtt://host:70000",
        "mqtt://user:pw@host:1883", "mqtt://host:1883/topic", "mqtt://ho st", "mqtt://host?x=1"}) {
    const auto address = parse_broker_address(text);
    ASSERT_FALSE(address) << text;
    EXPECT_NE(address.error().text.find("mqtt://host:port"), std::string::npos) << address.error().text;
  }
}

}  // namespace
}  // namespace hearth::eventbus
