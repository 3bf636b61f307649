// SPDX-License-Identifier: Apache-2.0
#include "sdk/wire/event_data.hpp"

#include <gtest/gtest.h>

namespace hearth::wire {
namespace {

TEST(EventData, TravelsAsKubeEdgesUpload) {
  const auto message = event_data_message("m1", "$hw/events/upload/a", "21.5", 1767225600000, false);
  EXPECT_EQ(message.header.msg_id, "m1");
  EXPECT_EQ(message.header.timestamp, 1767225600000);
  EXPECT_EQ(message.route.source, "bus");
  EXPECT_EQ(message.route.group, "user");
  EXPECT_EQ(message.route.operation, "upload");
  EXPECT_EQ(message.route.resource, "$hw/events/upload/a");
  EXPECT_EQ(message.content, "21.5");
  EXPECT_TRUE(is_event_data(message));
}

TEST(EventData, OfAnyBytesArrivesAtAHearthPeerAsItWas) {
  for (const std::string& payload :
       {std::string("{\"a\":1}"), std::string("\xff\x00\xfe", 3), std::string()}) {
    const auto sent = print(event_data_message("m1", "t/a", payload, 1, true));
    const auto got = parse_event_data(parse_hub_message(sent).value()).value();
    EXPECT_EQ(got.topic, "t/a");
    EXPECT_EQ(got.payload, payload);
  }
}

TEST(EventData, ThatIsNoTextIsStillAMessageForAStockPeer) {
  const auto sent = print(event_data_message("m1", "t/a", "a\xff", 1, false));
  EXPECT_EQ(parse_hub_message(sent).value().content, "a\xef\xbf\xbd");
}

TEST(EventData, RefusesOtherContents) {
  HubMessage message = event_data_message("m1", "t/a", "x", 1, true);
  for (const auto* text : {"null", "1", "[]", "{}", R"({"base64":1})", R"({"base64":"???"})"}) {
    message.content = nlohmann::json::parse(text);
    EXPECT_FALSE(parse_event_data(message).has_value()) << text;
  }
}

TEST(EventData, IsToldFromOtherMessages) {
  auto message = event_data_message("m1", "t/a", "x", 1, true);
  message.route.source = "twin";
  EXPECT_FALSE(is_event_data(message));
}

}  // namespace
}  // namespace hearth::wire
