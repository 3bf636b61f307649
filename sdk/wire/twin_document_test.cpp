// SPDX-License-Identifier: Apache-2.0
#include "sdk/wire/twin_document.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hearth::wire {
namespace {

using nlohmann::json;
using testing::HasSubstr;

std::string nested(std::size_t depth) {
  return std::string(depth, '[') + std::string(depth, ']');
}

json without_id(json document) {
  EXPECT_TRUE(document.contains("event_id"));
  document.erase("event_id");
  return document;
}

TEST(TwinUpdateDocument, OfAStockMapperIsRead) {
  const auto update = parse_twin_update(
      R"({"event_id":"ev-52978","timestamp":1795433852978,"twin":{"temperature":{"actual":{"value":"20.5",)"
      R"("metadata":{"timestamp":1795433852978}},"metadata":{"type":"float"}}}})");
  ASSERT_TRUE(update.has_value());
  EXPECT_EQ(update->event_id, "ev-52978");
  EXPECT_EQ(update->timestamp, 1795433852978);
  const auto& entry = update->twin.at("temperature");
  EXPECT_EQ(entry.actual, (TwinValue{"20.5", 1795433852978}));
  EXPECT_EQ(entry.expected, std::nullopt);
  EXPECT_EQ(entry.type, "float");
  EXPECT_FALSE(entry.remove);
}

TEST(TwinUpdateDocument, OfAStockEdgeIsReadWithItsVersionsPassedOver) {
  const auto content = json::parse(
      R"({"event_id":"3ed41c0c","timestamp":1795433871161,"twin":{"setpoint":{"expected":{"value":"22.5",)"
      R"("metadata":{"timestamp":1795433871159}},"optional":true,"metadata":{"type":"float"},)"
      R"("expected_version":{"cloud":0,"edge":1}}}})");
  const auto update = parse_twin_update(content);
  ASSERT_TRUE(update.has_value());
  EXPECT_EQ(update->twin.at("setpoint").expected, (TwinValue{"22.5", 1795433871159}));
  EXPECT_EQ(update->twin.at("setpoint").optional, true);
}

TEST(TwinUpdateDocument, OfAStockClientWithNullDeletesTheKey) {
  const auto update = parse_twin_update(R"({"event_id":"b5","timestamp":1,"twin":{"temperature":null}})");
  ASSERT_TRUE(update.has_value());
  EXPECT_TRUE(update->twin.at("temperature").remove);
}

TEST(TwinUpdateDocument, TakesNumbersAndBooleansForText) {
  const auto update = parse_twin_update(
      R"({"twin":{"a":{"actual":{"value":20}},"b":{"actual":{"value":true}},"c":{"actual":{"value":-0.5}}}})");
  ASSERT_TRUE(update.has_value());
  EXPECT_EQ(update->twin.at("a").actual->value, "20");
  EXPECT_EQ(update->twin.at("b").actual->value, "true");
  EXPECT_EQ(update->twin.at("c").actual->value, "-0.5");
}

TEST(TwinUpdateDocument, TakesValuesThatStockPeersRefuse) {
  const auto update = parse_twin_update(R"({"twin":{"k":{"actual":{"value":"v<1>&\"2\" \u00fc"}}}})");
  ASSERT_TRUE(update.has_value());
  EXPECT_EQ(update->twin.at("k").actual->value, "v<1>&\"2\" \xC3\xBC");
}

TEST(TwinUpdateDocument, PrintsAndReadsBack) {
  TwinUpdate update{"e1", 7, {}};
  update.twin["power"] = {TwinValue{"ON", 5}, TwinValue{"OFF", 6}, true, "string", false};
  update.twin["gone"].remove = true;
  const auto document = print_twin_update(update);
  EXPECT_EQ(document["twin"]["gone"], nullptr);
  const auto again = parse_twin_update(document);
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(again->twin, update.twin);
}

TEST(TwinUpdateDocument, RefusesWhatIsNoTwinUpdateAndNeverThrows) {
  const std::vector<std::string> garbage = {
      "",
      " ",
      "null",
      "7",
      "[]",
      "\"x\"",
      "{",
      "}",
      "\xff\xfe",
      R"({"event_id":"b2","timestamp":1})",
      R"({"twin":null})",
      R"({"twin":[]})",
      R"({"twin":7})",
      R"({"twin":{"k":7}})",
      R"({"twin":{"k":"x"}})",
      R"({"twin":{"k":[]}})",
      R"({"twin":{"":{"actual":{"value":"1"}}}})",
      R"({"twin":{"k":{"actual":{}}}})",
      R"({"twin":{"k":{"actual":7}}})",
      R"({"twin":{"k":{"actual":{"value":null}}}})",
      R"({"twin":{"k":{"actual":{"value":{}}}}})",
      R"({"twin":{"k":{"actual":{"value":["1"]}}}})",
      R"({"twin":{"k":{"expected":{}}}})",
      R"({"twin":{"k":{"expected":[]}}})",
      R"({"twin":{"k":{"actual":{"value":"1","metadata":[]}}}})",
      R"({"twin":{"k":{"actual":{"value":"1","metadata":{"timestamp":"soon"}}}}})",
      R"({"twin":{"k":{"actual":{"value":"1","metadata":{"timestamp":18446744073709551615}}}}})",
      R"({"twin":{"k":{"optional":"yes"}}})",
      R"({"twin":{"k":{"metadata":7}}})",
      R"({"twin":{"k":{"metadata":{"type":7}}}})",
      R"({"event_id":7,"twin":{}})",
      R"({"event_id":{},"twin":{}})",
      R"({"timestamp":"now","twin":{}})",
      R"({"twin":{"a\nb":{"actual":{"value":"1"}}}})",
      "{\"twin\":{\"k\":{\"actual\":{\"value\":\"\xC3\x28\"}}}}",
      nested(100'000)};
  for (const auto& payload : garbage) {
    const auto update = parse_twin_update(payload);
    ASSERT_FALSE(update.has_value()) << payload.substr(0, 100);
    EXPECT_EQ(update.error().code, "400");
    EXPECT_FALSE(update.error().text.empty());
  }
}

TEST(TwinUpdateDocument, CutAnywhereIsRefused) {
  const std::string whole = R"({"event_id":"b","timestamp":1,"twin":{"t":{"actual":{"value":"20.5"}}}})";
  ASSERT_TRUE(parse_twin_update(whole).has_value());
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(parse_twin_update(whole.substr(0, size)).has_value()) << size;
  }
}

TEST(TwinUpdateDocument, NamesTheKeyThatIsWrong) {
  const auto update = parse_twin_update(R"({"twin":{"humidity":{"actual":{}}}})");
  ASSERT_FALSE(update.has_value());
  EXPECT_EQ(update.error().text, "key \"humidity\": \"actual\" has no \"value\"");
}

TEST(TwinUpdateDocument, KeepsItsBounds) {
  const auto with_key = [](const std::string& key) { return json{{"twin", {{key, json::object()}}}}; };
  EXPECT_TRUE(parse_twin_update(with_key(std::string(128, 'k'))).has_value());
  EXPECT_FALSE(parse_twin_update(with_key(std::string(129, 'k'))).has_value());
  std::string umlauts;
  for (int i = 0; i < 128; ++i)
    umlauts += "\xC3\xBC";
  EXPECT_TRUE(parse_twin_update(with_key(umlauts)).has_value());

  const auto with_value = [](const std::string& value) {
    return json{{"twin", {{"k", {{"actual", {{"value", value}}}}}}}};
  };
  EXPECT_TRUE(parse_twin_update(with_value(std::string(64 * 1024, 'v'))).has_value());
  EXPECT_FALSE(parse_twin_update(with_value(std::string(64 * 1024 + 1, 'v'))).has_value());
  EXPECT_FALSE(parse_twin_update(with_value("\xff")).has_value());
  EXPECT_FALSE(parse_twin_update(std::string(kMaxPayloadSize + 1, ' ')).has_value());
  EXPECT_FALSE(parse_twin_update(R"({"twin":{"k":{"x":)" + nested(200) + "}}}").has_value());
}

TEST(Request, MayBeEmpty) {
  EXPECT_EQ(parse_request("")->event_id, "");
  EXPECT_EQ(parse_request(R"({"event_id":"g-1","timestamp":1795433879319})")->event_id, "g-1");
  EXPECT_EQ(parse_request("{}")->timestamp, 0);
  for (const auto* payload : {"[]", "7", "{", "null", R"({"event_id":[]})"}) {
    EXPECT_FALSE(parse_request(payload).has_value()) << payload;
  }
}

TEST(TwinResult, IsTheStockOne) {
  TwinMap twin;
  twin["temperature"] = {std::nullopt, TwinValue{"20.5", 1795433852982}, true, "float", false};
  EXPECT_EQ(json::parse(twin_result_text("ev-52978", 1795433852982, twin)),
            json::parse(R"({"event_id":"ev-52978","timestamp":1795433852982,"twin":{"temperature":{"actual":)"
                        R"({"value":"20.5","metadata":{"timestamp":1795433852982}},"optional":true,)"
                        R"("metadata":{"type":"float"}}}})"));
  EXPECT_EQ(json::parse(twin_result_text("b3", 5, {})),
            json::parse(R"({"event_id":"b3","timestamp":5,"twin":{}})"));
}

TEST(TwinFailure, IsTheStockOne) {
  EXPECT_EQ(twin_failure("ev-95546", 1795433895548, 404, "update rejected due to the device is not existed"),
            json::parse(R"({"event_id":"ev-95546","timestamp":1795433895548,"code":404,)"
                        R"("reason":"update rejected due to the device is not existed"})"));
}

TEST(TwinDelta, IsTheStockOne) {
  TwinMap twin;
  twin["setpoint"] = {TwinValue{"22.5", 1795433871159}, std::nullopt, true, "float", false};
  EXPECT_EQ(
      without_id(twin_delta(1795433871161, twin)),
      json::parse(R"({"timestamp":1795433871161,"twin":{"setpoint":{"expected":{"value":"22.5","metadata":)"
                  R"({"timestamp":1795433871159}},"optional":true,"metadata":{"type":"float"}}},)"
                  R"("delta":{"setpoint":"22.5"}})"));
}

TEST(TwinDelta, HoldsEveryExpectedKeyButOnlyDifferencesAsDelta) {
  TwinMap twin;
  twin["equal"] = {TwinValue{"1", 1}, TwinValue{"1", 2}, true, "int", false};
  twin["differs"] = {TwinValue{"1", 1}, TwinValue{"2", 2}, true, "int", false};
  twin["never-read"] = {TwinValue{"3", 1}, std::nullopt, true, "int", false};
  twin["empty"] = {TwinValue{"", 1}, TwinValue{"2", 2}, true, "int", false};
  twin["reported-only"] = {std::nullopt, TwinValue{"2", 2}, true, "int", false};
  const auto document = twin_delta(1, twin);
  EXPECT_EQ(document["twin"].size(), 3u);
  const auto delta = parse_twin_delta(document.dump());
  ASSERT_TRUE(delta.has_value());
  EXPECT_EQ(*delta, (std::map<std::string, std::string>{{"differs", "1"}, {"never-read", "3"}}));
}

TEST(TwinDelta, OfAnotherShapeIsRefused) {
  for (const auto* payload : {"", "[]", "{}", R"({"delta":7})", R"({"delta":{"k":{}}})",
                              R"({"delta":{"k":null}})", R"({"delta":{"":"1"}})"}) {
    EXPECT_FALSE(parse_twin_delta(payload).has_value()) << payload;
  }
  EXPECT_FALSE(parse_twin_delta(nested(5000)).has_value());
}

TEST(TwinDocument, IsTheStockOne) {
  const TwinEntry last{std::nullopt, TwinValue{"20.5", 1795433852982}, true, "float", false};
  const TwinEntry current{std::nullopt, TwinValue{"20.6", 1795433860076}, true, "float", false};
  EXPECT_EQ(
      twin_document_text("ev-60073", 1795433860076,
                         {{"humidity", {std::nullopt, current}}, {"temperature", {last, current}}}),
      std::string(
          R"({"event_id":"ev-60073","timestamp":1795433860076,"twin":{"humidity":{"last":null,"current":)"
          R"({"actual":{"value":"20.6","metadata":{"timestamp":1795433860076}},"optional":true,)"
          R"("metadata":{"type":"float"}}},"temperature":{"last":{"actual":{"value":"20.5","metadata":)"
          R"({"timestamp":1795433852982}},"optional":true,"metadata":{"type":"float"}},"current":{"actual":)"
          R"({"value":"20.6","metadata":{"timestamp":1795433860076}},"optional":true,)"
          R"("metadata":{"type":"float"}}}}})"));
  EXPECT_EQ(json::parse(twin_document_text("b5", 1, {{"t", {last, std::nullopt}}}))["twin"]["t"]["current"],
            nullptr);
}

TEST(TwinDocument, CarriesTheUidOfTheDeviceBetweenHearthPeersOnly) {
  TwinUpdate update{"e", 1, {{"power", {}}}, "uid-1"};
  EXPECT_EQ(parse_twin_update(print_twin_update(update)).value().device_uid, "uid-1");
  update.device_uid.clear();
  EXPECT_FALSE(print_twin_update(update).contains("device_uid"));
  EXPECT_TRUE(parse_twin_update(std::string(R"({"twin":{},"device_uid":7})")).has_error());
}

TEST(TwinUpdateText, IsTheDocument) {
  TwinUpdate update{"e \"1\"", 5, {}, ""};
  EXPECT_EQ(json::parse(twin_update_text(update)), print_twin_update(update));
  update.device_uid = "uid-1";
  update.twin["gone"].remove = true;
  update.twin["empty"] = {};
  update.twin["ü"] = {TwinValue{"<\n>", 0}, TwinValue{"2", 7}, false, "int", false};
  EXPECT_EQ(json::parse(twin_update_text(update)), print_twin_update(update));
}

}  // namespace
}  // namespace hearth::wire
