// SPDX-License-Identifier: Apache-2.0
#include "sdk/wire/answer.hpp"

#include <gtest/gtest.h>

namespace hearth::wire {
namespace {

using nlohmann::json;

TEST(Answer, OkIsKubeEdgesText) {
  EXPECT_EQ(print_answer({}), json("OK"));
  EXPECT_TRUE(parse_answer("OK").ok());
}

TEST(Answer, RefusalComesBackAsItWasPrinted) {
  const auto content = print_answer({404, "NotFound", "there is no device default/lamp"});
  for (const json& form : {content, json(content.dump())}) {
    const auto answer = parse_answer(form);
    EXPECT_EQ(answer.code, 404);
    EXPECT_EQ(answer.reason, "NotFound");
    EXPECT_EQ(answer.message, "there is no device default/lamp");
  }
}

TEST(Answer, WhatHasNoCodeOfARefusalCountsAsOk) {
  for (const char* text :
       {"null", "3", "[]", "{}", R"({"code":"404"})", R"({"code":200})", R"({"code":99999999999999999999})",
        R"({"code":-404})", R"("{")", R"("{\"code\":1}")"}) {
    EXPECT_TRUE(parse_answer(json::parse(text)).ok()) << text;
  }
}

TEST(Answer, TextsOfAnotherTypeAreLeftOut) {
  const auto answer = parse_answer({{"code", 409}, {"reason", 7}, {"message", {1, 2}}});
  EXPECT_EQ(answer.code, 409);
  EXPECT_EQ(answer.reason, "");
}

}  // namespace
}  // namespace hearth::wire
