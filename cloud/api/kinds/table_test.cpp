// SPDX-License-Identifier: Apache-2.0
#include "cloud/api/kinds/table.hpp"

#include <gtest/gtest.h>

#include "cloud/api/kinds/json_path.hpp"

namespace hearth::api {
namespace {

using nlohmann::json;

const json kDevice =
    R"({"metadata":{"name":"lamp","creationTimestamp":"2026-01-01T00:00:00Z","labels":{"a.b/c":"v"}},
  "spec":{"nodeName":"edge-1","on":true,"n":7},
  "status":{"twins":[{"reported":{"value":"ON"}},{"reported":{"value":"5"}}],
            "conditions":[{"type":"Synced","status":"False"},{"type":"Ready","status":"True"}]}})"_json;

std::string found(const std::string& path) {
  std::string all;
  for (const auto* value : JsonPath::parse(path)->find(kDevice))
    all += value->dump();
  return all;
}

TEST(JsonPath, FollowsFieldsIndexesAndFilters) {
  EXPECT_EQ(found(".spec.nodeName"), "\"edge-1\"");
  EXPECT_EQ(found("{$.spec['n']}"), "7");
  EXPECT_EQ(found(".status.twins[1].reported.value"), "\"5\"");
  EXPECT_EQ(found(".status.twins[-1].reported.value"), "\"5\"");
  EXPECT_EQ(found(".status.twins[*].reported.value"), "\"ON\"\"5\"");
  EXPECT_EQ(found(R"(.status.conditions[?(@.type=="Ready")].status)"), "\"True\"");
  EXPECT_EQ(found(R"(.status.conditions[?(@.type!='Ready')].status)"), "\"False\"");
  EXPECT_EQ(found(R"(.metadata.labels.a\.b/c)"), "\"v\"");
  EXPECT_EQ(found(".status.nothing[0].x"), "");
}

TEST(JsonPath, GarbageIsRefused) {
  for (const auto* text :
       {".", "..", ".a[", ".a[x]", ".a[?(@.b)]", ".a[?(b==1)]", ".a[1", "[]", ".a[?(@.==1)]"}) {
    EXPECT_FALSE(JsonPath::parse(text)) << text;
  }
}

TEST(Table, PrintsAgesAsKubectlDoes) {
  using std::chrono::seconds;
  EXPECT_EQ(human_duration(seconds(-5)), "<invalid>");
  EXPECT_EQ(human_duration(seconds(-1)), "0s");
  EXPECT_EQ(human_duration(seconds(119)), "119s");
  EXPECT_EQ(human_duration(seconds(303)), "5m3s");
  EXPECT_EQ(human_duration(seconds(600)), "10m");
  EXPECT_EQ(human_duration(seconds(3 * 3600 + 20 * 60)), "3h20m");
  EXPECT_EQ(human_duration(seconds(8 * 3600)), "8h");
  EXPECT_EQ(human_duration(seconds(2 * 86400)), "2d");
  EXPECT_EQ(human_duration(seconds(7 * 86400 + 7200)), "7d2h");
  EXPECT_EQ(human_duration(seconds(400 * 86400)), "400d");
  EXPECT_EQ(human_duration(seconds(3 * 365 * 86400LL)), "3y");
  EXPECT_EQ(age_cell("yesterday", {}), "<unknown>");
}

TEST(Table, HasOneCellForEachColumn) {
  const auto columns = custom_columns(R"([
    {"name":"Node","type":"string","jsonPath":".spec.nodeName"},
    {"name":"N","type":"integer","jsonPath":".spec.n","priority":1},
    {"name":"Values","type":"string","jsonPath":".status.twins[*].reported.value"},
    {"name":"Missing","type":"string","jsonPath":".spec.nothing"},
    {"name":"Age","type":"date","jsonPath":".metadata.creationTimestamp"}])"_json);
  ASSERT_TRUE(columns);
  const auto now = *parse_rfc3339("2026-01-01T00:00:12Z");
  const auto table = make_table(*columns, {Object::of(kDevice)}, IncludeObject::metadata, "v1", true, now);
  EXPECT_EQ(table["rows"][0]["cells"], R"(["lamp","edge-1",7,"ON,5",null,"12s"])"_json);
  EXPECT_EQ(table["columnDefinitions"][2]["priority"], 1);
  EXPECT_EQ(table["columnDefinitions"][0]["format"], "name");
  EXPECT_EQ(table["rows"][0]["object"]["kind"], "PartialObjectMetadata");
  EXPECT_FALSE(table["rows"][0]["object"].contains("spec"));
}

TEST(Table, WithoutPrinterColumnsShowsNameAndAge) {
  const auto columns = custom_columns(json());
  ASSERT_EQ(columns->size(), 2U);
  EXPECT_EQ((*columns)[1].name, "Age");
  EXPECT_FALSE(custom_columns(R"([{"name":"X","jsonPath":".a["}])"_json));
}

TEST(Table, ShowsTheStateOfANode) {
  const auto node = R"({"metadata":{"name":"edge-1","labels":{"node-role.kubernetes.io/edge":""}},
    "spec":{"unschedulable":true},"status":{"conditions":[{"type":"Ready","status":"True"}],
    "nodeInfo":{"kubeletVersion":"v1"}}})"_json;
  const auto table =
      make_table(builtin_columns({"", "nodes", ""}), {Object::of(node)}, IncludeObject::none, "v1", false, {});
  const auto& cells = table["rows"][0]["cells"];
  EXPECT_EQ(cells[1], "Ready,SchedulingDisabled");
  EXPECT_EQ(cells[2], "edge");
  EXPECT_EQ(cells[3], "<unknown>");
  EXPECT_TRUE(table["columnDefinitions"].empty());
}

}  // namespace
}  // namespace hearth::api
