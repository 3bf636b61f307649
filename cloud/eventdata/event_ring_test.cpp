// SPDX-License-Identifier: Apache-2.0
#include "cloud/eventdata/event_ring.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace hearth::eventdata {
namespace {

constexpr std::size_t kAll = 1 << 30;

TailedEvent event(const std::string& topic, const std::string& payload, const std::string& node = "edge-1") {
  return {0, WallTime{}, node, topic, payload};
}

TEST(EventRing, GivesOutEventsInTheOrderTheyCame) {
  Metrics metrics;
  EventRing ring(metrics);
  ring.add("1", event("t", "a"));
  ring.add("2", event("t", "b"));
  const auto found = ring.after(0, {}, kAll);
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].payload, "a");
  EXPECT_EQ(found[1].sequence, ring.last());
  EXPECT_EQ(ring.after(1, {}, kAll).size(), 1u);
  EXPECT_TRUE(ring.after(2, {}, kAll).empty());
  EXPECT_TRUE(ring.after(999, {}, kAll).empty());
}

TEST(EventRing, TakesARepeatedMessageOnceButTheSameIdOfAnotherNode) {
  Metrics metrics;
  EventRing ring(metrics);
  EXPECT_TRUE(ring.add("1", event("t", "a")));
  EXPECT_FALSE(ring.add("1", event("t", "a")));
  EXPECT_TRUE(ring.add("1", event("t", "a", "edge-2")));
  EXPECT_EQ(ring.last(), 2u);
}

TEST(EventRing, StaysWithinItsBytesAndForgetsOldIds) {
  Metrics metrics;
  EventRing ring(metrics, {.max_bytes = 10'000, .remembered = 10});
  for (int i = 0; i < 1000; ++i)
    ring.add(std::to_string(i), event("t", std::string(100, 'p')));
  const auto found = ring.after(0, {}, kAll);
  EXPECT_LT(found.size(), 100u);
  EXPECT_GT(found.size(), 10u);
  EXPECT_EQ(found.back().sequence, 1000u);
  EXPECT_FALSE(ring.add("999", event("t", "x")));
  EXPECT_TRUE(ring.add("1", event("t", "x")));
}

TEST(EventRing, OfALaterStartGoesOnBehindTheFormerOnesSequences) {
  Metrics metrics;
  const WallTime start{std::chrono::hours(1)};
  EventRing former(metrics, {}, start);
  former.add("1", event("t", "a"));
  former.add("2", event("t", "b"));
  EventRing later(metrics, {}, start + std::chrono::seconds(1));
  later.add("3", event("t", "c"));
  EXPECT_EQ(later.after(former.last(), {}, kAll).size(), 1u);
  EXPECT_EQ(later.after(0, {}, kAll).size(), 1u);
}

TEST(EventRing, KeepsAnEventLargerThanItself) {
  Metrics metrics;
  EventRing ring(metrics, {.max_bytes = 100});
  ring.add("1", event("t", std::string(1000, 'p')));
  EXPECT_EQ(ring.after(0, {}, 10).size(), 1u);
}

TEST(EventRing, SelectsByNodeAndTopic) {
  const auto lamp = event("lights/lamp", "1");
  EXPECT_TRUE((Selection{"", ""}.takes(lamp)));
  EXPECT_TRUE((Selection{"edge-1", "lights/lamp"}.takes(lamp)));
  EXPECT_TRUE((Selection{"", "lights/#"}.takes(lamp)));
  EXPECT_TRUE((Selection{"", "lights/lamp/#"}.takes(lamp)));
  EXPECT_TRUE((Selection{"", "#"}.takes(lamp)));
  EXPECT_FALSE((Selection{"edge-2", ""}.takes(lamp)));
  EXPECT_FALSE((Selection{"", "lights"}.takes(lamp)));
  EXPECT_FALSE((Selection{"", "light/#"}.takes(lamp)));
}

TEST(EventRing, PrintsAnyPayloadAsJson) {
  const auto text = nlohmann::json::parse(to_json_line(event("t", "\"a\"\n")));
  EXPECT_EQ(text.at("payload"), "\"a\"\n");
  const auto bytes = nlohmann::json::parse(to_json_line(event("t", "\xff")));
  EXPECT_EQ(bytes.at("payloadBase64"), "/w==");
  EXPECT_FALSE(bytes.contains("payload"));
}

}  // namespace
}  // namespace hearth::eventdata
