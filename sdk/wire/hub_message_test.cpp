// SPDX-License-Identifier: Apache-2.0
#include "sdk/wire/hub_message.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hearth::wire {
namespace {

using nlohmann::json;

constexpr const char* kMembership =
    R"({"header":{"msg_id":"7d","timestamp":1767225600123},)"
    R"("route":{"source":"devicecontroller","group":"twin","operation":"update","resource":"membership"},)"
    R"("content":{"event_id":"","timestamp":1767225600123,"added_devices":null}})";

TEST(HubMessage, IsReadAsKubeEdgeWritesIt) {
  const auto message = parse_hub_message(kMembership).value();
  EXPECT_EQ(message.header.msg_id, "7d");
  EXPECT_EQ(message.header.timestamp, 1767225600123);
  EXPECT_EQ(message.route.source, source::kDeviceController);
  EXPECT_EQ(message.route.resource, "membership");
  EXPECT_TRUE(message.content["added_devices"].is_null());
}

TEST(HubMessage, PrintsWithGoEscapesAndAFinalNewlineAndReadsBack) {
  const auto message = make_message({"twin", "resource", "update", "x"}, json{{"value", "a<b>&c"}}, 5);
  const auto text = print(message);
  EXPECT_THAT(text, testing::HasSubstr(R"("value":"a\u003cb\u003e\u0026c")"));
  EXPECT_TRUE(text.ends_with("}\n"));
  EXPECT_THAT(text, testing::Not(testing::HasSubstr("parent_msg_id")));
  const auto back = parse_hub_message(text).value();
  EXPECT_EQ(back.content["value"], "a<b>&c");
  EXPECT_EQ(back.header.msg_id, message.header.msg_id);
}

TEST(HubMessage, ResponseNamesItsRequestAsParent) {
  const auto request = parse_hub_message(kMembership).value();
  const auto response = make_response(request, "OK", 9);
  EXPECT_EQ(response.header.parent_msg_id, "7d");
  EXPECT_NE(response.header.msg_id, "7d");
  EXPECT_EQ(response.route.operation, operation::kResponse);
  EXPECT_EQ(response.route.resource, "membership");
}

TEST(HubMessage, ContentMayBeADocumentInAString) {
  HubMessage message;
  message.content = R"({"devices":[]})";
  EXPECT_TRUE(message.document()->at("devices").is_array());
  message.content = json{{"a", 1}};
  EXPECT_EQ(message.document()->at("a"), 1);
  message.content = "no json";
  EXPECT_TRUE(message.document().has_error());
}

TEST(HubMessage, OfAStoppingEdgeIsEmptyAndNoError) {
  const auto message =
      parse_hub_message(R"({"header":{"msg_id":"","timestamp":0},"route":{},"content":null})");
  EXPECT_TRUE(message->route.operation.empty());
}

TEST(HubMessage, RefusesGarbage) {
  for (const char* text : {"", "ping", "[]", "7", R"({"header":[]})", R"({"route":"x"})",
                           R"({"header":{"msg_id":7}})", R"({"route":{"source":{}}})", "\xff\xfe"}) {
    EXPECT_TRUE(parse_hub_message(text).has_error()) << text;
  }
  EXPECT_EQ(parse_hub_message(std::string(kMaxHubMessageSize + 1, ' ')).error().code, "TooLarge");
}

TEST(HubMessage, IsPrintedInTheOrderOfTheWire) {
  HubMessage message;
  message.header = {"m", "p", 5, true, "48211"};
  message.route = {"meta", "", "response", "default/device/\"x\""};
  message.content = "O<K>\u00e9";
  EXPECT_EQ(
      print(message),
      R"({"header":{"msg_id":"m","parent_msg_id":"p","timestamp":5,"resourceversion":"48211","sync":true},)"
      R"("route":{"source":"meta","operation":"response","resource":"default/device/\"x\""},)"
      "\"content\":\"O\\u003cK\\u003e\u00e9\"}\n");
  EXPECT_EQ(print(HubMessage()), R"({"header":{"msg_id":"","timestamp":0},"route":{},"content":null})"
                                 "\n");
}

TEST(HubMessage, PassesUnknownFieldsOver) {
  const auto message =
      parse_hub_message(
          R"({"extra":{"content":[{"header":1}]},"header":{"type":"","tags":{"msg_id":"no"},"msg_id":"1","sync":true,)"
          R"("timestamp":"soon"},"content":{"header":{"msg_id":"2"},"a":[1,{"b":[]}]},"route":null,"more":[[]]})")
          .value();
  EXPECT_EQ(message.header.msg_id, "1");
  EXPECT_TRUE(message.header.sync);
  EXPECT_EQ(message.header.timestamp, 0);
  EXPECT_EQ(message.content.dump(), R"({"a":[1,{"b":[]}],"header":{"msg_id":"2"}})");
}

TEST(HubMessage, IsRefusedAboveTheDepthAndWithNumbersOutOfRange) {
  const std::string deep = R"({"content":)" + std::string(100, '[') + std::string(100, ']') + "}";
  EXPECT_EQ(parse_hub_message(deep).error().code, "TooDeep");
  EXPECT_EQ(parse_hub_message(R"({"content":1e999})").error().code, "NumberTooLarge");
}

TEST(HubFrame, HoldsOneMessageOrSeveralInTheirOrder) {
  EXPECT_EQ(parse_hub_frame(kMembership)->size(), 1u);
  const auto batch = parse_hub_frame("[" + std::string(kMembership) + "," +
                                     R"({"header":{"msg_id":"8"},"content":[1]})" + "]\n")
                         .value();
  ASSERT_EQ(batch.size(), 2u);
  EXPECT_EQ(batch[0].header.msg_id, "7d");
  EXPECT_EQ(batch[1].header.msg_id, "8");
  EXPECT_EQ(batch[1].route.source, "") << "nothing of the message before";
  EXPECT_EQ(batch[1].content.dump(), "[1]");
  EXPECT_TRUE(parse_hub_frame("[]")->empty());
}

TEST(HubFrame, RefusesGarbageAndMoreThanItsBound) {
  for (const char* text : {"", "[", "[1]", "[[]]", "[{}", "[{},null]", "{}{}", "[{\"header\":[]}]"})
    EXPECT_TRUE(parse_hub_frame(text).has_error()) << text;
  std::string many = "[{}";
  for (std::size_t i = 0; i < kMaxHubBatch; ++i)
    many += ",{}";
  EXPECT_TRUE(parse_hub_frame(many + "]").has_error());
}

TEST(HubMessage, KeepaliveIsTheOneOfTheWire) {
  const auto message = make_keepalive(1);
  EXPECT_EQ(message.route.operation, "keepalive");
  EXPECT_EQ(message.route.resource, "node");
  EXPECT_EQ(message.content, "ping");
}

TEST(HubMessage, PrintsAContentThatIsTextAlreadyAsItPrintsTheDocument) {
  const json content{{"a", "<b>"}, {"n", 1}};
  auto message = make_message({"twin", "resource", "update", "r"}, content, 1);
  auto printed = message;
  printed.content = nullptr;
  printed.printed_content = content.dump();
  EXPECT_EQ(print(printed), print(message));
  EXPECT_EQ(printed.document().value(), content);
}

}  // namespace
}  // namespace hearth::wire
