// SPDX-License-Identifier: Apache-2.0
#include "cloud/hub/old_edges.hpp"

#include <gtest/gtest.h>

#include "sdk/wire/twin_document.hpp"

namespace hearth::cloudhub {
namespace {

using nlohmann::json;

wire::HubMessage membership(const char* resource, json content) {
  return wire::make_message({"devicecontroller", "twin", "update", resource}, std::move(content), 1);
}

TEST(OldEdges, AreToldEachDeviceInBothForms) {
  const wire::MembershipChange change{{{{"default", "lamp"}, "hall", {}, {}}}, {}};
  const auto told = with_both_ids(membership("membership", wire::membership_change(1, change)));
  const auto& added = told.content.at("added_devices");
  ASSERT_EQ(added.size(), 2u);
  EXPECT_EQ(added[0], (json{{"id", "lamp"}, {"name", "lamp"}, {"description", "hall"}}));
  EXPECT_EQ(added[1], (json{{"id", "default/lamp"}, {"name", "lamp"}, {"description", "hall"}}));
  EXPECT_TRUE(told.content.at("removed_devices").is_null());
}

TEST(OldEdges, GetTheWholeListLikewise) {
  const auto list =
      wire::membership_list("", 1, {{{"default", "lamp"}, {}, {}, {}}, {{"other", "fan"}, {}, {}, {}}});
  EXPECT_EQ(with_both_ids(membership("membership/detail/result", list)).content.at("devices").size(), 4u);
}

TEST(OldEdges, GetEverythingElseAsItIs) {
  for (const json& content :
       {json("OK"), json(nullptr), json{{"added_devices", 7}}, json{{"added_devices", {1, "x"}}}}) {
    EXPECT_EQ(with_both_ids(membership("membership", content)).content, content);
  }
  const json device{{"devices", {{{"name", "lamp"}}}}};
  EXPECT_EQ(with_both_ids(membership("default/device/lamp", device)).content, device);
}

}  // namespace
}  // namespace hearth::cloudhub
