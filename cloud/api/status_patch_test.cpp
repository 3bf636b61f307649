// SPDX-License-Identifier: Apache-2.0
#include "cloud/api/status_patch.hpp"

#include <gtest/gtest.h>

namespace hearth::api {
namespace {

using nlohmann::json;

class StatusPatchTest : public ::testing::Test {
 protected:
  StatusPatchTest() {
    call_.type = &type_;
    call_.version = &type_.storage_version();
    call_.path = {"example.org", "v1", "home", "lamps", "lamp", "status"};
  }

  bool plain(const json& patch) const { return is_plain_status_patch(call_, PatchType::merge, patch); }
  std::optional<json> merged(const json& patch) const { return merged_with(old_.dump(), patch); }
  std::optional<json> merged_with(const std::string& status, const json& patch) const {
    const auto text = merged_status(*call_.version, status, patch);
    return text ? std::optional(json::parse(*text)) : std::nullopt;
  }

  const json old_ = {{"state", "online"},
                     {"twins", {{{"name", "power"}, {"value", "ON"}}}},
                     {"nested", {{"a", "1"}, {"b", "2"}}}};
  const json crd_ = json::parse(R"({
    "metadata": {"name": "lamps.example.org"},
    "spec": {"group": "example.org", "scope": "Namespaced", "names": {"plural": "lamps", "kind": "Lamp"},
      "versions": [{"name": "v1", "served": true, "storage": true, "subresources": {"status": {}},
        "schema": {"openAPIV3Schema": {"type": "object", "properties": {
          "spec": {"type": "object", "properties": {"room": {"type": "string"}}},
          "status": {"type": "object", "properties": {
            "state": {"type": "string"},
            "nested": {"type": "object", "additionalProperties": {"type": "string"}},
            "count": {"type": "integer", "default": 3},
            "twins": {"type": "array", "items": {"type": "object", "required": ["name"], "properties": {
              "name": {"type": "string"}, "value": {"type": "string"}}}}}}}}}}]}})");
  ResourceType type_ = custom_type(crd_).value();
  Call call_;
};

TEST_F(StatusPatchTest, OnlyAStatusWithPreconditionsIsPlain) {
  EXPECT_TRUE(plain({{"status", json::object()}}));
  EXPECT_TRUE(plain({{"metadata", {{"resourceVersion", "7"}, {"uid", "u"}}}, {"status", json::object()}}));
  for (const auto& odd : {json(), json::array(), json::object(), json{{"status", nullptr}},
                          json{{"status", 3}}, json{{"metadata", {{"resourceVersion", "7"}}}},
                          json{{"metadata", {{"resourceVersion", 7}}}, {"status", json::object()}},
                          json{{"metadata", {{"labels", json::object()}}}, {"status", json::object()}},
                          json{{"metadata", nullptr}, {"status", json::object()}},
                          json{{"spec", json::object()}, {"status", json::object()}}}) {
    EXPECT_FALSE(plain(odd)) << odd;
  }
  EXPECT_FALSE(is_plain_status_patch(call_, PatchType::json, {{"status", json::object()}}));
  call_.path.subresource.clear();
  EXPECT_FALSE(plain({{"status", json::object()}}));
}

TEST_F(StatusPatchTest, MergesAsTheWholeObjectWould) {
  for (const auto& patch : {json{{"status", json::object()}}, json{{"status", {{"state", "offline"}}}},
                            json{{"status", {{"state", nullptr}, {"nested", {{"a", nullptr}, {"c", "3"}}}}}},
                            json{{"status", {{"nested", nullptr}, {"twins", {{{"name", "level"}}}}}}},
                            json{{"status", {{"nested", {{"a", "9"}}}, {"twins", json::array()}}}}}) {
    json whole = {{"status", old_}};
    whole.merge_patch(patch);
    whole["status"]["count"] = 3;
    const auto status = merged(patch);
    ASSERT_TRUE(status) << patch;
    EXPECT_EQ(*status, whole["status"]) << patch;
  }
}

TEST_F(StatusPatchTest, MergesTextAsItWouldTrees) {
  const auto off = json{{"state", "off"}, {"twins", json::array()}};
  for (const std::string status :
       {"", "{}", R"({"count":7,"state":"on\"line"})", R"({"nested":{"a":"}"},"twins":[]})"}) {
    for (const auto& change : {json::object(), json{{"count", 9}}, off}) {
      json whole = {{"status", status.empty() ? json::object() : json::parse(status)}};
      whole.merge_patch({{"status", change}});
      if (!whole["status"].contains("count")) whole["status"]["count"] = 3;
      EXPECT_EQ(merged_with(status, {{"status", change}}), whole["status"]) << status << change;
    }
  }
}

TEST_F(StatusPatchTest, KeepsTheOrderOfNames) {
  EXPECT_EQ(merged_status(*call_.version, R"({"count":1,"twins":[]})", {{"status", {{"state", "x"}}}}),
            R"({"count":1,"state":"x","twins":[]})");
}

TEST_F(StatusPatchTest, LeavesToTheLongWayWhatThereIsSomethingToSayAbout) {
  EXPECT_FALSE(merged({{"status", {{"unknown", 1}}}}));
  EXPECT_FALSE(merged({{"status", {{"state", 7}}}}));
  EXPECT_FALSE(merged({{"status", {{"twins", {{{"value", "nameless"}}}}}}}));
}

}  // namespace
}  // namespace hearth::api
