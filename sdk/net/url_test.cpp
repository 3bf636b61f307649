// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "sdk/net/http_client.hpp"

namespace hearth::net {
namespace {

TEST(Url, IsTakenApartWithThePortOfItsScheme) {
  const auto url = parse_url("wss://[::1]:10000/project/node/events").value();
  EXPECT_EQ(url.host, "::1");
  EXPECT_EQ(url.port, "10000");
  EXPECT_EQ(url.path, "/project/node/events");
  EXPECT_TRUE(url.tls());
  EXPECT_EQ(parse_url("https://host").value().port, "443");
  EXPECT_EQ(parse_url("HTTP://host/").value().scheme, "http");
  EXPECT_EQ(parse_url("mqtt://host").value().port, "1883");
  EXPECT_EQ(parse_url("http://host").value().path, "/");
}

TEST(Url, RefusesWhatIsNone) {
  for (const auto* text : {"", "host", "//host", "https://", "https://host:99999", "https://host:x",
                           "https:///path", "http://[::1", "ht tp://host"}) {
    EXPECT_FALSE(parse_url(text).has_value()) << text;
  }
  EXPECT_FALSE(parse_url("http://" + std::string(10'000, 'a')).has_value());
}

TEST(HostPort, IsSplitAtTheLastColonOutsideBrackets) {
  const auto v6 = parse_host_port("[::1]:7443").value();
  EXPECT_EQ(v6.host, "::1");
  EXPECT_EQ(v6.port, "7443");
  EXPECT_EQ(parse_host_port("localhost:0").value().host, "localhost");
}

TEST(HostPort, RefusesWhatIsNone) {
  for (const auto* text :
       {"", ":", "host", ":1", "host:", "host:x", "host:70000", "::1:80", "[]:80", "[::1:80", "[[::1]:80"}) {
    EXPECT_FALSE(parse_host_port(text).has_value()) << text;
  }
}

}  // namespace
}  // namespace hearth::net
