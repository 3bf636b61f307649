// SPDX-License-Identifier: Apache-2.0
#include "host/twin/twin_table.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hearth::twin {
namespace {

using device::PropertyType;
using testing::HasSubstr;

device::DeviceModel lamp_model() {
  device::DeviceModel model;
  model.properties = {{"power", "", PropertyType::boolean},
                      {"level", "", PropertyType::integer, device::AccessMode::read_write, 0.0, 100.0},
                      {"label", "", PropertyType::string},
                      {"heat", "", PropertyType::single}};
  return model;
}

wire::TwinMap actual(const std::string& key, const std::string& value) {
  return {{key, {std::nullopt, wire::TwinValue{value, 1}, std::nullopt, "", false}}};
}

wire::TwinMap expected(const std::string& key, const std::string& value) {
  return {{key, {wire::TwinValue{value, 1}, std::nullopt, std::nullopt, "", false}}};
}

/// A table of one device that updates are played into.
class Twin {
 public:
  Twin() { table_.add(id_); }

  TwinChange update(const wire::TwinMap& entries, std::int64_t now = 1) {
    auto change = plan_update(properties(), entries, {&model_, now}).value();
    table_.adopt(id_, change, now);
    return change;
  }
  const Properties& properties() const { return table_.find(id_)->properties; }
  std::optional<nlohmann::json> delta() const { return make_delta(properties(), &model_, 1, 1); }

 private:
  DeviceId id_{"default", "lamp"};
  device::DeviceModel model_ = lamp_model();
  TwinTable table_;
};

TEST(TwinUpdate, TakesActualValuesWithItsOwnTimeAndTheModelsType) {
  Twin twin;
  const auto change = twin.update(actual("level", "7"), 500);
  const auto& level = twin.properties().at("level");
  EXPECT_EQ(level.actual, (wire::TwinValue{"7", 500}));
  EXPECT_EQ(level.type, "int");
  EXPECT_EQ(level.actual_version, 1u);
  EXPECT_EQ(change.reported_keys(), std::set<std::string>{"level"});
  EXPECT_EQ(change.document.at("level").last, std::nullopt);
}

TEST(TwinUpdate, OfEqualValuesChangesNothing) {
  Twin twin;
  twin.update(actual("level", "7"), 500);
  const auto change = twin.update(actual("level", "7"), 900);
  EXPECT_TRUE(change.empty());
  EXPECT_TRUE(change.reported_keys().empty());
  EXPECT_EQ(change.touched.at("level").actual, (wire::TwinValue{"7", 500}));
}

TEST(TwinUpdate, ShowsInItsResultOnlyTheSideThatWasTouched) {
  Twin twin;
  twin.update(expected("level", "7"));
  const auto change = twin.update(actual("level", "7"));
  EXPECT_EQ(change.touched.at("level").expected, std::nullopt);
  EXPECT_EQ(change.document.at("level").current->expected->value, "7");
}

TEST(TwinUpdate, OfAWrongTypeIsRefusedByKeyAndTypeAndChangesNothingElse) {
  const auto model = lamp_model();
  auto entries = actual("level", "wet");
  entries.merge(actual("label", "fine"));
  const auto change = plan_update({}, entries, {&model, 1});
  ASSERT_FALSE(change.has_value());
  EXPECT_EQ(change.error().code, "400");
  EXPECT_THAT(change.error().text, HasSubstr("\"level\""));
  EXPECT_THAT(change.error().text, HasSubstr("int"));
}

TEST(TwinUpdate, RefusesAnExpectedValueOutOfRangeButTakesWhatIsMeasuredThere) {
  const auto model = lamp_model();
  EXPECT_FALSE(plan_update({}, expected("level", "101"), {&model, 1}).has_value());
  EXPECT_TRUE(plan_update({}, actual("level", "101"), {&model, 1}).has_value());
}

TEST(TwinUpdate, OfAKeyTheModelDoesNotKnowGoesByItsOwnType) {
  auto entries = actual("other", "many");
  EXPECT_TRUE(plan_update({}, entries, {nullptr, 1}).has_value());
  entries["other"].type = "int";
  EXPECT_FALSE(plan_update({}, entries, {nullptr, 1}).has_value());
  entries["other"].type = "Updated";
  const auto change = plan_update({}, entries, {nullptr, 1});
  ASSERT_FALSE(change.has_value());
  EXPECT_THAT(change.error().text, HasSubstr("\"Updated\""));
}

TEST(TwinUpdate, OfNullDeletesAnOptionalKeyOnly) {
  Twin twin;
  twin.update(actual("a", "1"));
  auto fixed = actual("b", "1");
  fixed["b"].optional = false;
  twin.update(fixed);
  wire::TwinMap removal;
  removal["a"].remove = removal["b"].remove = removal["c"].remove = true;
  const auto change = twin.update(removal);
  EXPECT_FALSE(twin.properties().contains("a"));
  EXPECT_TRUE(twin.properties().contains("b"));
  EXPECT_EQ(change.document.at("a").current, std::nullopt);
  EXPECT_TRUE(change.touched.at("c").remove);
  EXPECT_TRUE(change.reported_keys().empty());
}

TEST(TwinUpdate, CannotFillTheDiskWithKeys) {
  wire::TwinMap entries;
  for (std::size_t i = 0; i <= kMaxProperties; ++i)
    entries.merge(actual("k" + std::to_string(i), "1"));
  EXPECT_FALSE(plan_update({}, entries, {nullptr, 1}).has_value());
  entries.erase(entries.begin());
  EXPECT_TRUE(plan_update({}, entries, {nullptr, 1}).has_value());
}

TEST(TwinUpdate, OfAnEqualValueIsWorthAReportAfterAWhileButNoWrite) {
  const device::DeviceModel model = lamp_model();
  Properties held = {{"level", {}}};
  held["level"].actual = wire::TwinValue{"5", 1000};
  held["level"].type = "int";
  const UpdateRules rules{&model, 1'500, std::chrono::milliseconds(500)};
  const auto change = plan_update(held, actual("level", "5"), rules).value();
  EXPECT_TRUE(change.empty());
  EXPECT_EQ(change.reported_keys(), std::set<std::string>{"level"});
  EXPECT_TRUE(plan_update(held, actual("level", "5"), {&model, 1'499, rules.refresh})
                  .value()
                  .reported_keys()
                  .empty());
  TwinTable table;
  table.add({"default", "lamp"}).properties = held;
  table.adopt({"default", "lamp"}, change, 1'500);
  EXPECT_EQ(table.find({"default", "lamp"})->properties.at("level").actual->timestamp, 1'500);
}

TEST(TwinUpdate, DocumentShowsEqualValuesAsKubeEdgeDoes) {
  Twin twin;
  twin.update(actual("level", "5"), 1);
  const auto change = twin.update(actual("level", "5"), 2);
  EXPECT_TRUE(change.empty());
  EXPECT_EQ(change.document.at("level").last, change.document.at("level").current);
}

TEST(Delta, HoldsAllDifferingKeys) {
  Twin twin;
  twin.update(expected("power", "true"));
  twin.update(expected("level", "5"));
  twin.update(actual("level", "6"));
  EXPECT_EQ(twin.delta()->at("delta"), (nlohmann::json{{"power", "true"}, {"level", "5"}}));
  twin.update(actual("level", "5"));
  EXPECT_EQ(twin.delta()->at("delta"), (nlohmann::json{{"power", "true"}}));
  twin.update(actual("power", "true"));
  EXPECT_EQ(twin.delta(), std::nullopt);
}

TEST(Delta, ComparesByTypeNotBySpelling) {
  Twin twin;
  twin.update(expected("power", "on"));
  twin.update(actual("power", "true"));
  twin.update(expected("heat", "21"));
  twin.update(actual("heat", "21.0"));
  EXPECT_EQ(twin.delta(), std::nullopt);
  twin.update(expected("label", "1"));
  twin.update(actual("label", "1.0"));
  EXPECT_EQ(twin.delta()->at("delta"), (nlohmann::json{{"label", "1"}}));
}

}  // namespace
}  // namespace hearth::twin
