// SPDX-License-Identifier: Apache-2.0
#include "host/eventbus/broker_address.hpp"

#include <gtest/gtest.h>

namespace hearth::eventbus {
namespace {

TEST(BrokerAddress, IsWrittenForPaho) {
  EXPECT_EQ(parse_broker_address("mqtt://127.0.0.1:1884").value().paho_uri, "tcp://127.0.0.1:1884");
  EXPECT_EQ(parse_broker_address("mqtt://broker.local/").value().paho_uri, "tcp://broker.local:1883");
  EXPECT_EQ(parse_broker_address("mqtt://[::1]:1883").value().paho_uri, "tcp://[::1]:1883");
  const auto tls = parse_broker_address("mqtts://broker").value();
  EXPECT_EQ(tls.paho_uri, "ssl://broker:8883");
  EXPECT_TRUE(tls.tls);
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
