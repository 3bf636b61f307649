// SPDX-License-Identifier: Apache-2.0
#include "cloud/api/kinds/event_forms.hpp"

#include <gtest/gtest.h>

namespace hearth::api {
namespace {

using nlohmann::json;

TEST(EventForms, TurnIntoEachOther) {
  const json core = {{"apiVersion", "v1"},
                     {"kind", "Event"},
                     {"metadata", {{"name", "a"}}},
                     {"involvedObject", {{"kind", "Device"}, {"name", "lamp"}}},
                     {"reason", "Lost"},
                     {"message", "no answer"},
                     {"source", {{"component", "hearth"}}},
                     {"count", 3},
                     {"firstTimestamp", "2026-01-01T00:00:00Z"},
                     {"lastTimestamp", "2026-01-01T00:01:00Z"},
                     {"reportingComponent", "hearth"}};
  const auto group = event_in(core, "events.k8s.io/v1");
  EXPECT_EQ(group.at("apiVersion"), "events.k8s.io/v1");
  EXPECT_EQ(group.at("regarding").at("name"), "lamp");
  EXPECT_EQ(group.at("note"), "no answer");
  EXPECT_EQ(group.at("deprecatedCount"), 3);
  EXPECT_EQ(group.at("reportingController"), "hearth");
  EXPECT_FALSE(group.contains("involvedObject"));
  EXPECT_EQ(event_in(group, "v1"), core);
}

TEST(EventForms, LeaveAloneWhatIsNoEvent) {
  EXPECT_EQ(event_in(json::array(), "v1"), json::array());
}

}  // namespace
}  // namespace hearth::api
