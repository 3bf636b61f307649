// SPDX-License-Identifier: Apache-2.0
#include "cloud/kube/status.hpp"

#include <gtest/gtest.h>

namespace hearth::kube {
namespace {

using nlohmann::json;

TEST(StatusError, TakesReasonAndMessageOfTheServer) {
  const json status = {{"kind", "Status"},
                       {"reason", "NotFound"},
                       {"message", "devices.devices.kubeedge.io \"x\" not found"},
                       {"code", 404}};
  const auto error = status_error(404, status.dump());
  EXPECT_EQ(error.cls, ErrorClass::not_found);
  EXPECT_EQ(error.code, "NotFound");
  EXPECT_EQ(error.text, "devices.devices.kubeedge.io \"x\" not found");
}

TEST(StatusError, SaysByItsClassWhatCanBeDone) {
  EXPECT_EQ(class_of_status(400), ErrorClass::invalid);
  EXPECT_EQ(class_of_status(401), ErrorClass::denied);
  EXPECT_EQ(class_of_status(403), ErrorClass::denied);
  EXPECT_EQ(class_of_status(404), ErrorClass::not_found);
  EXPECT_EQ(class_of_status(409), ErrorClass::conflict);
  EXPECT_EQ(class_of_status(410), ErrorClass::conflict);
  EXPECT_EQ(class_of_status(422), ErrorClass::invalid);
  EXPECT_EQ(class_of_status(429), ErrorClass::unavailable);
  EXPECT_EQ(class_of_status(500), ErrorClass::unavailable);
  EXPECT_EQ(class_of_status(504), ErrorClass::timeout);
}

TEST(StatusError, CallsEveryGoneVersionExpired) {
  const json status = {{"kind", "Status"}, {"reason", "Gone"}, {"message", "too old"}, {"code", 410}};
  const auto error = status_error(status);
  EXPECT_EQ(error.cls, ErrorClass::conflict);
  EXPECT_EQ(error.code, "Expired");
}

TEST(StatusError, QuotesABodyThatIsNoStatus) {
  const auto error = status_error(404, "404 page not found\n");
  EXPECT_EQ(error.code, "NotFound");
  EXPECT_EQ(error.text, "the server answered 404: 404 page not found");
  EXPECT_EQ(status_error(502, "").text, "the server answered 502");
  EXPECT_LT(status_error(500, std::string(10'000, 'x')).text.size(), 300U);
}

TEST(StatusError, SurvivesAStatusOfWrongTypes) {
  EXPECT_EQ(status_error(json::array()).cls, ErrorClass::unavailable);
  EXPECT_EQ(status_error(json{{"code", "many"}, {"message", 3}}).cls, ErrorClass::unavailable);
  EXPECT_EQ(status_error(422, R"({"kind":"Status","message":{},"reason":[]})").code, "Invalid");
}

TEST(ParseJson, RefusesGarbageAndDeepNesting) {
  EXPECT_FALSE(parse_json(""));
  EXPECT_FALSE(parse_json("{\"a\":"));
  EXPECT_FALSE(parse_json("\xff\xfe"));
  EXPECT_FALSE(parse_json(std::string(100'000, '[')));
  EXPECT_TRUE(parse_json(std::string(60, '[') + std::string(60, ']')));
  EXPECT_FALSE(parse_json(std::string(70, '[') + std::string(70, ']')));
}

}  // namespace
}  // namespace hearth::kube
