// SPDX-License-Identifier: Apache-2.0
#include "host/twin/desired.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hearth::twin {
namespace {

using device::PropertyType;
using testing::HasSubstr;
using Metadata = std::map<std::string, std::string>;

constexpr std::int64_t kNow = 1'767'225'600'000;  // 2026-01-01T00:00:00Z

device::Device with_desired(const std::string& key, std::optional<std::string> value,
                            Metadata metadata = {}) {
  device::Device device;
  device::DeviceProperty property;
  property.name = key;
  property.desired = std::move(value);
  property.desired_metadata = std::move(metadata);
  device.properties.push_back(std::move(property));
  return device;
}

/// A table of one device that specs are played into.
class Twin {
 public:
  Twin() {
    model_.properties = {{"power", "", PropertyType::boolean}, {"level", "", PropertyType::integer}};
    table_.add(id_);
  }

  TwinChange desire(const device::Device* previous, const device::Device& next, std::int64_t trusted = kNow) {
    return adopt(plan_desired(properties(), previous, next, &model_, {kNow, trusted}));
  }
  TwinChange expire(std::int64_t trusted) { return adopt(plan_expiry(properties(), &model_, trusted)); }
  void tell(const std::string& key, std::optional<std::string> wanted,
            std::optional<std::string> found = {}) {
    wire::TwinEntry entry;
    if (wanted) entry.expected = wire::TwinValue{*wanted, 0};
    if (found) entry.actual = wire::TwinValue{*found, 0};
    adopt(plan_update(properties(), {{key, entry}}, {&model_, kNow}).value());
  }
  const Properties& properties() const { return table_.find(id_)->properties; }
  const Property& power() const { return properties().at("power"); }
  std::optional<nlohmann::json> delta(std::int64_t trusted = kNow) const {
    return make_delta(properties(), &model_, kNow, trusted);
  }

 private:
  TwinChange adopt(TwinChange change) {
    table_.adopt(id_, change, kNow);
    return change;
  }

  DeviceId id_{"default", "lamp"};
  device::DeviceModel model_;
  TwinTable table_;
};

TEST(Desired, OfTheSpecBecomesExpected) {
  Twin twin;
  const auto change = twin.desire(nullptr, with_desired("power", "true"));
  EXPECT_EQ(twin.power().expected, (wire::TwinValue{"true", kNow}));
  EXPECT_EQ(twin.power().type, "boolean");
  EXPECT_EQ(twin.power().expires_ms, 0);
  EXPECT_EQ(change.reported_keys(), std::set<std::string>{"power"});
  EXPECT_FALSE(change.life_changed);
}

TEST(Desired, ThatDidNotChangeLeavesWhatTheEdgeHasSetSince) {
  Twin twin;
  const auto spec = with_desired("power", "true");
  twin.desire(nullptr, spec);
  twin.tell("power", "false");
  EXPECT_TRUE(twin.desire(&spec, spec).empty());
  EXPECT_EQ(twin.power().expected->value, "false");
}

TEST(Desired, TakenOutOfTheSpecIsExpectedNoMore) {
  Twin twin;
  const auto spec = with_desired("power", "true");
  twin.desire(nullptr, spec);
  twin.desire(&spec, with_desired("power", std::nullopt));
  EXPECT_EQ(twin.power().expected, std::nullopt);
  twin.desire(nullptr, spec);
  twin.desire(&spec, device::Device{});
  EXPECT_EQ(twin.power().expected, std::nullopt);
}

TEST(Desired, OfEmptyTextWishesForNothing) {
  Twin twin;
  EXPECT_TRUE(twin.desire(nullptr, with_desired("power", "")).empty());
  EXPECT_EQ(twin.delta(), std::nullopt);
}

TEST(DesiredExpiry, ComesFromTheSpecOrCountsFromTheFirstReceipt) {
  Twin twin;
  twin.desire(nullptr, with_desired("power", "true", {{"expiresAt", "2026-01-01T00:00:30Z"}, {"ttl", "5m"}}));
  EXPECT_EQ(twin.power().expires_ms, kNow + 30'000);
  const auto spec = with_desired("level", "5", {{"ttl", "5m"}});
  twin.desire(nullptr, spec, kNow + 1000);
  EXPECT_EQ(twin.properties().at("level").expires_ms, kNow + 301'000);
  EXPECT_TRUE(twin.desire(&spec, spec, kNow + 60'000).empty());
  EXPECT_EQ(twin.properties().at("level").expires_ms, kNow + 301'000);
  EXPECT_EQ(next_expiry(twin.properties()), kNow + 30'000);
}

TEST(DesiredExpiry, EndsTheValueInDeltasAndAnswers) {
  Twin twin;
  twin.desire(nullptr, with_desired("power", "true", {{"ttl", "30s"}}));
  EXPECT_TRUE(twin.delta(kNow + 29'999).has_value());
  EXPECT_EQ(twin.delta(kNow + 30'000), std::nullopt) << "even before it was ended";
  EXPECT_TRUE(twin.expire(kNow + 29'999).empty());
  const auto change = twin.expire(kNow + 30'000);
  EXPECT_TRUE(change.life_changed);
  EXPECT_EQ(change.reported_keys(), std::set<std::string>{"power"});
  EXPECT_EQ(change.document.at("power").current->expected, std::nullopt);
  EXPECT_EQ(twin.power().lapse, Lapse::unmet);
  EXPECT_EQ(to_entry(twin.power()).expected, std::nullopt);
  EXPECT_EQ(twin.delta(0), std::nullopt) << "a clock that goes back revives nothing";
  EXPECT_TRUE(twin.expire(kNow + 60'000).empty());
  EXPECT_EQ(next_expiry(twin.properties()), std::nullopt);
  EXPECT_THAT(describe_expired(twin.properties()), HasSubstr("power expired at 2026-01-01T00:00:30Z"));
}

TEST(DesiredExpiry, OfAValueThatWasCarriedOutIsNoNews) {
  Twin twin;
  twin.desire(nullptr, with_desired("power", "on", {{"ttl", "30s"}}));
  twin.tell("power", std::nullopt, "true");
  twin.expire(kNow + 30'000);
  EXPECT_EQ(twin.power().lapse, Lapse::met);
  EXPECT_EQ(describe_expired(twin.properties()), "");
  twin.tell("power", std::nullopt, "false");
  EXPECT_EQ(twin.delta(), std::nullopt) << "it is enforced no longer";
}

TEST(DesiredExpiry, OnArrivalMeansThatItIsNeverInADelta) {
  Twin twin;
  const auto change =
      twin.desire(nullptr, with_desired("power", "true", {{"expiresAt", "2025-12-31T23:59:59Z"}}));
  EXPECT_FALSE(change.empty());
  EXPECT_EQ(twin.power().lapse, Lapse::unmet);
  EXPECT_EQ(twin.delta(0), std::nullopt);
}

TEST(DesiredExpiry, ThatCannotBeReadKeepsTheValueFromBeingCarriedOut) {
  Twin twin;
  twin.desire(nullptr, with_desired("power", "true", {{"ttl", "soon"}}));
  EXPECT_EQ(twin.power().lapse, Lapse::unreadable);
  EXPECT_EQ(twin.delta(), std::nullopt);
  EXPECT_THAT(describe_expired(twin.properties()), HasSubstr("power cannot be read"));
}

TEST(DesiredExpiry, EndsWithANewWish) {
  Twin twin;
  const auto spec = with_desired("power", "true", {{"expiresAt", "2026-01-01T00:00:30Z"}});
  twin.desire(nullptr, spec);
  twin.expire(kNow + 30'000);
  EXPECT_TRUE(twin.desire(&spec, spec, kNow + 31'000).empty());
  const auto again = with_desired("power", "true", {{"expiresAt", "2026-01-01T00:01:30Z"}});
  EXPECT_TRUE(twin.desire(&spec, again, kNow + 31'000).life_changed);
  EXPECT_TRUE(twin.delta(kNow + 31'000).has_value());
  twin.expire(kNow + 90'000);
  const auto for_ever = with_desired("power", "true");
  EXPECT_TRUE(twin.desire(&again, for_ever, kNow + 91'000).life_changed);
  EXPECT_TRUE(twin.delta(kNow + 99'000).has_value());
  EXPECT_EQ(describe_expired(twin.properties()), "");
}

TEST(DesiredExpiry, EndsWithAWishAtTheEdgeEvenForTheSameValue) {
  Twin twin;
  twin.desire(nullptr, with_desired("power", "true", {{"ttl", "30s"}}));
  twin.expire(kNow + 30'000);
  twin.tell("power", "true");
  EXPECT_EQ(twin.power().lapse, Lapse::none);
  EXPECT_EQ(twin.power().expires_ms, 0);
  EXPECT_TRUE(twin.delta(kNow + 31'000).has_value());
}

TEST(DesiredExpiry, IsToldInABoundedSentence) {
  Twin twin;
  for (int i = 0; i < 100; ++i) {
    twin.desire(nullptr,
                with_desired("property-" + std::to_string(i), "1", {{"expiresAt", "2025-01-01T00:00:00Z"}}));
  }
  EXPECT_LT(describe_expired(twin.properties()).size(), 700u);
  EXPECT_THAT(describe_expired(twin.properties()), HasSubstr("and more"));
}

}  // namespace
}  // namespace hearth::twin
