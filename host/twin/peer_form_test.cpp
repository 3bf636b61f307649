// SPDX-License-Identifier: Apache-2.0
// How reports name their device: a CloudCore up to KubeEdge 1.16.1 knows devices by the name alone.
#include <gmock/gmock.h>

#include "host/twin/device_twin_fixture.hpp"

namespace hearth::twin::testing {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr const char* kFull = "device/default/lamp/twin/edge_updated";
constexpr const char* kNameAlone = "device/lamp/twin/edge_updated";
constexpr std::chrono::seconds kResend{61};

json membership(const char* list, const std::string& id) {
  json content{{"added_devices", nullptr}, {"removed_devices", nullptr}};
  content[list] = json::array({{{"id", id}, {"name", "lamp"}}});
  return content;
}

class PeerForm : public DeviceTwinTest {
 protected:
  void SetUp() override { put_lamp("u1", 5, ""); }
  std::vector<std::string> reports() const {
    std::vector<std::string> resources;
    for (const auto& message : sent_) {
      if (message.route.resource.ends_with("/twin/edge_updated")) resources.push_back(message.route.resource);
    }
    return resources;
  }
};

TEST_F(PeerForm, IsThatOfTheCloudsMembershipMessages) {
  link_up(false);
  from_hub("update", "membership", membership("added_devices", "lamp"));
  clear();
  report("power", "ON");
  EXPECT_THAT(reports(), ElementsAre(kNameAlone));
  from_hub("update", "membership", membership("added_devices", "default/lamp"));
  clear();
  report("level", "7");
  advance(kResend);
  ASSERT_FALSE(reports().empty());
  EXPECT_EQ(reports().back(), kFull);
}

TEST_F(PeerForm, NotKnownYetIsTriedByTurnsUntilOneIsConfirmed) {
  link_up(false);
  report("power", "ON");
  ASSERT_THAT(reports(), ElementsAre(kFull));
  advance(kResend);
  ASSERT_THAT(reports(), ElementsAre(kFull, kNameAlone));
  confirm(sent_.back().header.msg_id);
  ASSERT_EQ(reports().back(), kNameAlone) << "a stock peer is told a first value twice";
  confirm(sent_.back().header.msg_id);
  clear();
  report("power", "OFF");
  ASSERT_FALSE(reports().empty());
  EXPECT_THAT(reports(), ::testing::Each(kNameAlone));
}

TEST_F(PeerForm, IsAlwaysFullToAHearthCloud) {
  link_up();
  from_hub("update", "membership", membership("added_devices", "lamp"));
  clear();
  report("power", "ON");
  advance(kResend);
  EXPECT_THAT(reports(), ::testing::Each(kFull));
}

TEST_F(PeerForm, NameAloneRemovesNoDeviceThatIsHeldItMayBeOneOfAnotherNamespace) {
  from_hub("update", "membership", membership("removed_devices", "lamp"));
  EXPECT_EQ(twin_->device_count(), 1u);
  from_hub("update", "membership", membership("removed_devices", "default/lamp"));
  EXPECT_EQ(twin_->device_count(), 0u);
}

}  // namespace
}  // namespace hearth::twin::testing
