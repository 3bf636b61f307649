// SPDX-License-Identifier: Apache-2.0
#include "cloud/ctl/kinds.hpp"

#include <gmock/gmock.h>

namespace hearth::ctl {
namespace {

using nlohmann::json;
using testing::HasSubstr;

Kinds some_kinds() {
  Kinds kinds;
  kinds.add(json::parse(R"({"groupVersion":"v1","resources":[
    {"name":"nodes","singularName":"node","kind":"Node","namespaced":false,"shortNames":["no"]}]})"));
  kinds.add(json::parse(R"({"groupVersion":"devices.kubeedge.io/v1beta1","resources":[
    {"name":"devices","singularName":"device","kind":"Device","namespaced":true},
    {"name":"devices/status","singularName":"","kind":"Device","namespaced":true},
    {"name":"devicemodels","singularName":"","kind":"DeviceModel","namespaced":true,"shortNames":["dm",3]}]})"));
  kinds.add(json::parse(R"({"groupVersion":"devices.kubeedge.io/v1alpha2","resources":[
    {"name":"devices","singularName":"device","kind":"Device","namespaced":true}]})"));
  return kinds;
}

TEST(Kinds, AreFoundByEveryNameUsersHaveForThem) {
  const auto kinds = some_kinds();
  for (const auto* name :
       {"devices", "device", "Device", "devices.devices.kubeedge.io", "device.v1beta1.devices.kubeedge.io"}) {
    const auto kind = kinds.find(name);
    ASSERT_TRUE(kind) << name;
    EXPECT_EQ(kind->version, "v1beta1");
  }
  EXPECT_EQ(kinds.find("dm")->plural, "devicemodels");
  EXPECT_EQ(kinds.find("devicemodel")->plural, "devicemodels");
  EXPECT_EQ(kinds.find("devices.v1alpha2.devices.kubeedge.io")->version, "v1alpha2");
  EXPECT_EQ(kinds.find("no")->printed(), "node");
}

TEST(Kinds, SuggestWhatWasMeant) {
  EXPECT_THAT(some_kinds().find("devics").error().text, HasSubstr("did you mean \"devices\"?"));
  EXPECT_THAT(some_kinds().find("devices.kubeedge.io/v1beta1", "Devise").error().text,
              HasSubstr("\"Device\""));
  EXPECT_FALSE(some_kinds().find("devices/status"));
  EXPECT_FALSE(some_kinds().find(""));
}

TEST(Kinds, KnowTheirPaths) {
  const auto device = some_kinds().find("device");
  EXPECT_EQ(device->path("default", "lamp"),
            "/apis/devices.kubeedge.io/v1beta1/namespaces/default/devices/lamp");
  EXPECT_EQ(device->path(""), "/apis/devices.kubeedge.io/v1beta1/devices");
  EXPECT_EQ(some_kinds().find("node")->path("default", "edge"), "/api/v1/nodes/edge");
}

TEST(Discovery, PutsThePreferredVersionFirst) {
  const auto versions = group_versions(json::parse(R"({"groups":[{"name":"g",
    "versions":[{"groupVersion":"g/v1"},{"groupVersion":"g/v2"}],"preferredVersion":{"groupVersion":"g/v2"}}]})"));
  ASSERT_EQ(versions.size(), 2U);
  EXPECT_EQ(discovery_path(versions[0]), "/apis/g/v2");
  EXPECT_EQ(discovery_path(versions[1]), "/apis/g/v1");
  EXPECT_EQ(discovery_path(split_api_version("v1")), "/api/v1");
}

TEST(Discovery, PassesOverGarbage) {
  Kinds kinds;
  for (const auto* text :
       {"null", "3", "[]", "{\"resources\":7}", "{\"groupVersion\":[],\"resources\":[3,{},null]}"}) {
    kinds.add(json::parse(text));
    EXPECT_TRUE(group_versions(json::parse(text)).empty());
  }
  EXPECT_FALSE(kinds.find("devices"));
}

}  // namespace
}  // namespace hearth::ctl
