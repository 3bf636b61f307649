// SPDX-License-Identifier: Apache-2.0
// Plays what a stock CloudCore sent its edge into DeviceTwin, and compares the answers.
#include <gmock/gmock.h>

#include <fstream>
#include <set>

#include "host/twin/device_twin_fixture.hpp"

namespace hearth::twin::testing {
namespace {

using nlohmann::json;

/// The messages of one direction of a recording.
std::vector<wire::HubMessage> recorded(const std::string& scene, const std::string& direction) {
  std::vector<wire::HubMessage> messages;
  std::ifstream file(std::string(HEARTH_GOLDEN_DIR) + "/" + scene + ".ws.jsonl");
  for (std::string line; std::getline(file, line);) {
    const auto entry = json::parse(line);
    if (!entry.contains("msg") || entry.at("dir") != direction) continue;
    messages.push_back(wire::parse_hub_message(entry.at("msg").dump()).value());
  }
  return messages;
}

class DeviceTwinGolden : public DeviceTwinTest {
 protected:
  void play(const std::string& scene) {
    for (const auto& message : recorded(scene, "down")) {
      twin_->handle_hub(message);
      settle();
    }
  }
  static std::multiset<std::string> acks_among(const std::vector<wire::HubMessage>& messages) {
    std::multiset<std::string> acks;
    for (const auto& message : messages) {
      if (message.route.operation == "response") acks.insert(message.header.parent_msg_id);
    }
    return acks;
  }
};

TEST_F(DeviceTwinGolden, CreatedDevicesAreHeldAndAckedAsByAStockEdge) {
  link_up(false);
  play("create");
  EXPECT_EQ(twin_->device_count(), 3u);
  const auto stock = acks_among(recorded("create", "up"));
  ASSERT_FALSE(stock.empty());
  EXPECT_EQ(acks_among(sent_), stock);
  EXPECT_FALSE(metrics_hold("hearth_twin_malformed_total"));
  EXPECT_EQ(changed_.back(), "default/room-3");
}

TEST_F(DeviceTwinGolden, AChangedDesiredValueGivesADelta) {
  link_up(false);
  play("create");
  clear();
  play("desired");
  EXPECT_FALSE(last("delta").empty());
  EXPECT_EQ(acks_among(sent_), acks_among(recorded("desired", "up")));
}

TEST_F(DeviceTwinGolden, DeletedDevicesAreGone) {
  link_up(false);
  play("create");
  clear();
  play("change-move-delete");
  EXPECT_EQ(acks_among(sent_), acks_among(recorded("change-move-delete", "up")));
  EXPECT_FALSE(removed_.empty());
}

}  // namespace
}  // namespace hearth::twin::testing
