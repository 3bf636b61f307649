// SPDX-License-Identifier: Apache-2.0
#include "cloud/api/continuation.hpp"

#include <gtest/gtest.h>

#include "sdk/base/base64.hpp"

namespace hearth::api {
namespace {

std::string token_of(std::string_view json) {
  auto text = encode_base64(json);
  text.resize(text.find_last_not_of('=') + 1);
  return text;
}

std::string refusal_of(std::string_view token) {
  const auto read = decode_continuation(token);
  if (read) return "taken";
  EXPECT_EQ(read.error().code(), 400);
  return read.error().message();
}

TEST(Continuation, SurvivesItsRoundTrip) {
  for (const Continuation& given :
       {Continuation{42, "home", "lamp"}, Continuation{1'000'000'000'000'000'000, "", "n"},
        Continuation{0, "home", "lamp.of.the.hall"}}) {
    const auto token = encode(given);
    EXPECT_EQ(token.find_first_of("+/=&%"), std::string::npos) << "needs no escaping in a query";
    const auto back = decode_continuation(token);
    ASSERT_TRUE(back) << token;
    EXPECT_EQ(back->version, given.version);
    EXPECT_EQ(back->ns, given.ns);
    EXPECT_EQ(back->name, given.name);
  }
}

TEST(Continuation, IsOfTheFormOfKubernetes) {
  EXPECT_EQ(encode({42, "home", "lamp"}), token_of(R"({"rv":42,"start":"home/lamp","v":"meta.k8s.io/v1"})"));
  EXPECT_TRUE(decode_continuation(token_of(R"({"v":"meta.k8s.io/v1","rv":-1,"start":"lamp"})")));
}

TEST(Continuation, SaysWhatIsWrongWithAToken) {
  const std::string prefix = "continue key is not valid: ";
  EXPECT_EQ(refusal_of(token_of(R"({"v":"v9","rv":1,"start":"a/b"})")),
            prefix + "server does not recognize this encoded version");
  EXPECT_EQ(refusal_of(token_of(R"({"v":"meta.k8s.io/v1","rv":0,"start":"a/b"})")),
            prefix + "incorrect encoded start resourceVersion (version meta.k8s.io/v1)");
  EXPECT_EQ(refusal_of(token_of(R"({"v":"meta.k8s.io/v1","rv":1,"start":""})")),
            prefix + "encoded start key empty (version meta.k8s.io/v1)");
  EXPECT_EQ(refusal_of(token_of(R"({"v":"meta.k8s.io/v1","rv":1,"start":"a/b/../c"})")), prefix + "a/b/../c");
}

TEST(Continuation, GarbageIsRefused) {
  const std::string whole = encode({42, "home", "lamp"});
  for (std::size_t length = 1; length < whole.size(); ++length)
    EXPECT_NE(refusal_of(whole.substr(0, length)), "taken") << length;
  for (const auto* text :
       {"x", "42/home/lamp", "====", "e30", "W10", "bnVsbA", "a+/=", "{}", "\xff\xfe", "e30="})
    EXPECT_NE(refusal_of(text), "taken") << text;
  for (const auto* json :
       {R"({"v":"meta.k8s.io/v1","rv":1.5,"start":"a/b"})",
        R"({"v":"meta.k8s.io/v1","rv":"1","start":"a/b"})", R"({"v":"meta.k8s.io/v1","rv":1,"start":["a"]})",
        R"({"v":"meta.k8s.io/v1","rv":1,"start":"/b"})", R"({"v":"meta.k8s.io/v1","rv":1,"start":"a/"})",
        R"({"v":1,"rv":1,"start":"a/b"})"})
    EXPECT_NE(refusal_of(token_of(json)), "taken") << json;
  EXPECT_NE(refusal_of(std::string(100'000, 'e')), "taken");
}

}  // namespace
}  // namespace hearth::api
