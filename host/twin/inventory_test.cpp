// SPDX-License-Identifier: Apache-2.0
#include "host/twin/inventory.hpp"

#include <gtest/gtest.h>

namespace hearth::twin {
namespace {

const DeviceId kLamp{"default", "lamp"};

device::Device lamp(const std::string& uid, std::uint64_t version) {
  device::Device device;
  device.meta = {kLamp, uid, version};
  device.model_name = "lamps";
  return device;
}

TEST(Inventory, OrdersByResourceVersion) {
  Inventory inventory;
  EXPECT_EQ(inventory.judge(lamp("u1", 5)), Verdict::apply);
  inventory.adopt(lamp("u1", 5), {});
  EXPECT_EQ(inventory.judge(lamp("u1", 5)), Verdict::same);
  EXPECT_EQ(inventory.judge(lamp("u1", 4)), Verdict::older);
  EXPECT_EQ(inventory.judge(lamp("u1", 6)), Verdict::apply);
}

TEST(Inventory, TakesAManifestWithoutVersionAlways) {
  Inventory inventory;
  inventory.adopt(lamp("u1", 5), {});
  EXPECT_EQ(inventory.judge(lamp("", 0)), Verdict::apply);
  inventory.adopt(lamp("", 0), {});
  EXPECT_TRUE(inventory.is_local(kLamp));
  EXPECT_EQ(inventory.judge(lamp("u1", 5)), Verdict::apply);
}

TEST(Inventory, KnowsARecreatedDeviceByItsUid) {
  Inventory inventory;
  inventory.adopt(lamp("u1", 5), {});
  EXPECT_EQ(inventory.judge(lamp("u2", 9)), Verdict::recreate);
  inventory.adopt(lamp("u2", 9), {});
  EXPECT_EQ(inventory.judge(lamp("u1", 6)), Verdict::older);
}

TEST(Inventory, OnANewLinkTakesACloudThatWasSetUpAnew) {
  Inventory inventory;
  inventory.adopt(lamp("u1", 5000), {});
  inventory.new_session();
  EXPECT_EQ(inventory.judge(lamp("u2", 3)), Verdict::recreate);
  EXPECT_EQ(inventory.judge(lamp("u1", 3)), Verdict::older);
}

TEST(Inventory, OnANewLinkKnowsLateMessagesOnceTheHeldVersionWasSeenAgain) {
  Inventory inventory;
  inventory.adopt(lamp("u2", 9), {});
  inventory.new_session();
  inventory.seen_device(kLamp);
  EXPECT_EQ(inventory.judge(lamp("u1", 5)), Verdict::older);
}

TEST(Inventory, FindsTheModelOfADeviceInItsNamespaceOnly) {
  Inventory inventory;
  device::DeviceModel model;
  model.meta.id = {"other", "lamps"};
  inventory.adopt(model, {});
  inventory.adopt(lamp("u1", 5), {});
  EXPECT_EQ(inventory.model_of(lamp("u1", 5)), nullptr);
  model.meta.id = {"default", "lamps"};
  inventory.adopt(model, {});
  EXPECT_NE(inventory.model_of(lamp("u1", 5)), nullptr);
  EXPECT_EQ(inventory.devices_of({"default", "lamps"}).size(), 1u);
  EXPECT_TRUE(inventory.devices_of({"other", "lamps"}).empty());
}

TEST(SpecDiffers, LooksAtNothingButTheSpec) {
  EXPECT_FALSE(spec_differs(lamp("u1", 5), lamp("u2", 6)));
  auto other = lamp("u1", 5);
  other.properties.push_back({.name = "power", .desired = "ON"});
  EXPECT_TRUE(spec_differs(lamp("u1", 5), other));
  auto same = lamp("u1", 6);
  same.properties = other.properties;
  EXPECT_FALSE(spec_differs(other, same));
  same.properties.front().desired = "OFF";
  EXPECT_TRUE(spec_differs(other, same));
}

TEST(SpecDiffers, LooksAtTheProtocolOfAModel) {
  device::DeviceModel model;
  auto other = model;
  other.meta.resource_version = 7;
  EXPECT_FALSE(spec_differs(model, other));
  other.protocol_config["baudRate"] = 9600;
  EXPECT_TRUE(spec_differs(model, other));
}

}  // namespace
}  // namespace hearth::twin
