// SPDX-License-Identifier: Apache-2.0
#include "cloud/ctl/apply_plan.hpp"

#include <gtest/gtest.h>

namespace hearth::ctl {
namespace {

using nlohmann::json;

json lamp(json spec) {
  return {{"apiVersion", "devices.kubeedge.io/v1beta1"},
          {"kind", "Device"},
          {"metadata", {{"name", "lamp"}}},
          {"spec", std::move(spec)}};
}

/// As the server holds it after this manifest was applied.
json stored(json spec) {
  auto object = with_last_applied(lamp(std::move(spec)), "default");
  object["metadata"]["uid"] = "u1";
  object["metadata"]["resourceVersion"] = "5";
  return object;
}

json plan(const json& live, json spec) {
  return apply_patch(live, with_last_applied(lamp(std::move(spec)), "default"));
}

TEST(ApplyPlan, KeepsTheAnnotationAsKubectlWritesIt) {
  const auto object = with_last_applied(lamp({{"nodeName", "a<b>&c"}}), "default");
  EXPECT_EQ(object["metadata"]["annotations"][kLastApplied],
            R"({"apiVersion":"devices.kubeedge.io/v1beta1","kind":"Device","metadata":{"annotations":{},)"
            R"("name":"lamp","namespace":"default"},"spec":{"nodeName":"a\u003cb\u003e\u0026c"}})"
            "\n");
}

TEST(ApplyPlan, HasNothingToDoForTheSameManifest) {
  EXPECT_EQ(plan(stored({{"nodeName", "edge"}}), {{"nodeName", "edge"}}), json::object());
}

TEST(ApplyPlan, SendsWhatChangedAndTheNewAnnotation) {
  const auto patch = plan(stored({{"nodeName", "edge"}, {"x", 1}}), {{"nodeName", "other"}, {"x", 1}});
  EXPECT_EQ(patch["spec"], (json{{"nodeName", "other"}}));
  EXPECT_TRUE(patch["metadata"]["annotations"].contains(kLastApplied));
}

TEST(ApplyPlan, RemovesWhatWasAppliedAndIsWantedNoMore) {
  const auto patch =
      plan(stored({{"nodeName", "edge"}, {"protocol", {{"a", 1}, {"b", 2}}}}), {{"protocol", {{"a", 1}}}});
  EXPECT_EQ(patch["spec"], (json{{"nodeName", nullptr}, {"protocol", {{"b", nullptr}}}}));
}

TEST(ApplyPlan, LeavesAloneWhatOthersAdded) {
  auto live = stored({{"nodeName", "edge"}});
  live["spec"]["extra"] = true;
  live["status"] = {{"twins", json::array()}};
  live["metadata"]["labels"] = {{"room", "kitchen"}};
  EXPECT_EQ(plan(live, {{"nodeName", "edge"}}), json::object());
}

TEST(ApplyPlan, ReplacesListsWhole) {
  const auto patch = plan(stored({{"properties", {1, 2}}}), {{"properties", {2}}});
  EXPECT_EQ(patch["spec"]["properties"], json::array({2}));
}

TEST(ApplyPlan, TakesAnObjectThatWasNeverApplied) {
  auto live = lamp({{"nodeName", "edge"}, {"kept", 1}});
  const auto patch = plan(live, {{"nodeName", "edge"}});
  EXPECT_FALSE(patch.contains("spec"));
  EXPECT_TRUE(patch["metadata"]["annotations"].contains(kLastApplied));
}

TEST(ApplyPlan, SurvivesABrokenAnnotation) {
  for (const auto* text : {"", "{", "[1]", "\"x\"", "{\"metadata\":3}"}) {
    auto live = stored({{"nodeName", "edge"}});
    live["metadata"]["annotations"][kLastApplied] = text;
    EXPECT_FALSE(plan(live, {{"nodeName", "edge"}}).contains("spec")) << text;
  }
}

}  // namespace
}  // namespace hearth::ctl
