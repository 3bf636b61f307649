// SPDX-License-Identifier: Apache-2.0
#include "host/mapper/wiring.hpp"

#include <gtest/gtest.h>

namespace hearth::runtime {
namespace {

device::DeviceModel model() {
  device::DeviceModel model;
  model.protocol = "virtual";
  model.properties.push_back(
      {.name = "power", .type = device::PropertyType::integer, .minimum = 0, .maximum = 10});
  return model;
}

device::Device lamp() {
  device::Device device;
  device.meta = {{"default", "lamp"}, "u1", 5};
  device.properties.push_back({.name = "power", .visitors = device::ProtocolConfig{"virtual", {{"a", 1}}}});
  return device;
}

TEST(Wiring, KnowsNothingOfDesiredValuesVersionsAndDescriptions) {
  auto wanted = lamp();
  wanted.meta.resource_version = 6;
  wanted.properties[0].desired = "7";
  wanted.properties[0].desired_metadata = {{"ttl", "5s"}};
  auto described = model();
  described.properties[0].description = "how bright it is";
  EXPECT_EQ(make_wiring(lamp(), model()), make_wiring(wanted, described));
}

TEST(Wiring, IsAnotherOneForAnotherConfigurationCycleRangeOrUid) {
  const auto before = make_wiring(lamp(), model());
  auto other = lamp();
  other.properties[0].visitors->config_data["a"] = 2;
  EXPECT_NE(make_wiring(other, model()), before);
  other = lamp();
  other.properties[0].collect_cycle = std::chrono::seconds(5);
  EXPECT_NE(make_wiring(other, model()), before);
  other = lamp();
  other.meta.uid = "u2";
  EXPECT_NE(make_wiring(other, model()), before);
  auto wider = model();
  wider.properties[0].maximum = 20;
  EXPECT_NE(make_wiring(lamp(), wider), before);
}

TEST(Wiring, NamesWhatIsWrongWithTheManifestsButNotWithADesiredValue) {
  auto device = lamp();
  device.properties[0].desired = "bright";
  EXPECT_TRUE(make_wiring(device, model()).issues.empty());
  device.properties.push_back({.name = "colour"});
  const auto wiring = make_wiring(device, model());
  ASSERT_EQ(wiring.issues.size(), 1u);
  EXPECT_EQ(wiring.issues[0].path, "spec.properties[1].name");
  EXPECT_EQ(list_issues(wiring.issues).find("spec.properties[1].name: "), 0u);
  EXPECT_NE(wiring, make_wiring(lamp(), model()));
}

TEST(Wiring, FindsTheModelsPropertyByItsName) {
  const auto wiring = make_wiring(lamp(), model());
  ASSERT_NE(wiring.find("power"), nullptr);
  EXPECT_EQ(wiring.find("power")->config, (nlohmann::json{{"a", 1}}));
  EXPECT_EQ(wiring.find("colour"), nullptr);
}

}  // namespace
}  // namespace hearth::runtime
