// SPDX-License-Identifier: Apache-2.0
#include "cloud/apply/apply.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hearth::apply {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::UnorderedElementsAre;

const json kSchema = json::parse(R"({
  "type": "object",
  "properties": {
    "spec": {"type": "object", "properties": {
      "nodeName": {"type": "string"},
      "room": {"type": "string"},
      "labels": {"type": "object", "additionalProperties": {"type": "string"}},
      "place": {"type": "object", "x-kubernetes-map-type": "atomic"},
      "properties": {"type": "array", "items": {"type": "object"}},
      "groups": {"type": "array", "x-kubernetes-list-type": "set", "items": {"type": "string"}},
      "ports": {"type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"],
        "items": {"type": "object", "properties": {"name": {"type": "string"}, "speed": {"type": "integer"}}}}
    }},
    "status": {"type": "object"}
  }})");

json object(const json& spec, const json& metadata = json::object()) {
  json made{{"apiVersion", "d/v1"}, {"kind", "Device"}, {"metadata", {{"name", "lamp"}}}, {"spec", spec}};
  made["metadata"].update(metadata);
  return made;
}

struct ServerSideApply : testing::Test {
  static Door door(const std::string& manager, Operation operation, const std::string& now) {
    return {.manager = {manager, operation, "d/v1", ""}, .ignored = {"status"}, .now = now};
  }
  std::variant<json, Conflicts, Error> try_apply(const std::string& manager, const json& applied,
                                                 bool force = false) const {
    return apply(live, applied, type, door(manager, Operation::apply, now), force);
  }
  void applies(const std::string& manager, const json& applied, bool force = false) {
    auto result = try_apply(manager, applied, force);
    ASSERT_TRUE(std::holds_alternative<json>(result));
    live = std::get<json>(std::move(result));
  }
  void updates(const std::string& manager, json written) {
    if (live.contains("metadata") && live["metadata"].contains("managedFields"))
      written["metadata"]["managedFields"] = live["metadata"]["managedFields"];
    note_update(live, written, type, door(manager, Operation::update, now));
    live = std::move(written);
  }
  json owned_by(const std::string& manager) const {
    for (const auto& owner : read_owners(live).value()) {
      if (owner.manager.name == manager) return owner.fields.to_json();
    }
    return nullptr;
  }
  std::string time_of(const std::string& manager) const {
    for (const auto& owner : read_owners(live).value()) {
      if (owner.manager.name == manager) return owner.time;
    }
    return "";
  }

  MergeTypePtr type = merge_type_of(kSchema);
  json live = nullptr;
  std::string now = "2026-01-01T00:00:00Z";
};

TEST_F(ServerSideApply, CreatesAndOwnsTheLeavesItSent) {
  applies("a",
          object({{"nodeName", "n1"}, {"properties", {{{"name", "power"}}}}}, {{"labels", {{"app", "x"}}}}));
  EXPECT_EQ(live["spec"]["nodeName"], "n1");
  EXPECT_EQ(live["metadata"]["name"], "lamp");
  EXPECT_EQ(owned_by("a"), json::parse(R"({"f:metadata":{"f:labels":{"f:app":{}}},
                                           "f:spec":{"f:nodeName":{},"f:properties":{}}})"));
  EXPECT_EQ(live["metadata"]["managedFields"][0]["operation"], "Apply");
}

TEST_F(ServerSideApply, ChangesNothingWhenItIsRepeated) {
  applies("a", object({{"nodeName", "n1"}, {"groups", {"x", "y"}}}));
  const auto before = live;
  now = "2026-01-02T00:00:00Z";
  applies("a", object({{"nodeName", "n1"}, {"groups", {"x", "y"}}}));
  EXPECT_EQ(live, before);
}

TEST_F(ServerSideApply, SharesAFieldOfTheSameValue) {
  applies("a", object({{"nodeName", "n1"}}));
  applies("b", object({{"nodeName", "n1"}}));
  EXPECT_EQ(owned_by("a"), owned_by("b"));
}

TEST_F(ServerSideApply, NamesTheManagerWhoseFieldItWouldChange) {
  applies("a", object({{"nodeName", "n1"}, {"room", "kitchen"}}));
  auto result = try_apply("b", object({{"nodeName", "n2"}, {"room", "hall"}}));
  ASSERT_TRUE(std::holds_alternative<Conflicts>(result));
  const auto& conflicts = std::get<Conflicts>(result);
  ASSERT_EQ(conflicts.size(), 1u);
  EXPECT_EQ(conflicts[0].manager.name, "a");
  EXPECT_THAT(conflicts[0].paths, ElementsAre(".spec.nodeName", ".spec.room"));
}

TEST_F(ServerSideApply, TakesAFieldOverByForce) {
  applies("a", object({{"nodeName", "n1"}, {"room", "kitchen"}}));
  applies("b", object({{"nodeName", "n2"}}), true);
  EXPECT_EQ(live["spec"], (json{{"nodeName", "n2"}, {"room", "kitchen"}}));
  EXPECT_EQ(owned_by("a"), json::parse(R"({"f:spec":{"f:room":{}}})"));
  EXPECT_EQ(owned_by("b"), json::parse(R"({"f:spec":{"f:nodeName":{}}})"));
}

TEST_F(ServerSideApply, RemovesWhatItAppliesNoMoreUnlessAnotherOwnsIt) {
  applies("a", object({{"nodeName", "n1"}, {"room", "kitchen"}, {"labels", {{"x", "1"}}}}));
  applies("b", object({{"room", "kitchen"}}));
  applies("a", object({{"nodeName", "n1"}}));
  EXPECT_EQ(live["spec"], (json{{"nodeName", "n1"}, {"room", "kitchen"}}));
  applies("b", object(json::object()));
  EXPECT_EQ(live["spec"], (json{{"nodeName", "n1"}}));
  EXPECT_EQ(owned_by("a"), json::parse(R"({"f:spec":{"f:nodeName":{}}})"));
}

TEST_F(ServerSideApply, MergesKeyedListsByTheirKeyAndOwnsEachItem) {
  applies("a", object({{"ports", {{{"name", "p1"}, {"speed", 1}}}}}));
  applies("b", object({{"ports", {{{"name", "p2"}, {"speed", 2}}}}}));
  EXPECT_EQ(live["spec"]["ports"].size(), 2u);
  EXPECT_EQ(
      owned_by("b"),
      json::parse(R"({"f:spec":{"f:ports":{"k:{\"name\":\"p2\"}":{".":{},"f:name":{},"f:speed":{}}}}})"));
  applies("a", object(json::object()));
  EXPECT_EQ(live["spec"]["ports"], json::parse(R"([{"name":"p2","speed":2}])"));
  auto result = try_apply("c", object({{"ports", {{{"name", "p2"}, {"speed", 3}}}}}));
  ASSERT_TRUE(std::holds_alternative<Conflicts>(result));
  EXPECT_THAT(std::get<Conflicts>(result)[0].paths, ElementsAre(R"(.spec.ports[name="p2"].speed)"));
}

TEST_F(ServerSideApply, KeepsWhatAnotherPutIntoAnItemThatIsAppliedNoMore) {
  applies("a", object({{"ports", {{{"name", "p1"}}}}}));
  applies("b", object({{"ports", {{{"name", "p1"}, {"speed", 2}}}}}));
  applies("a", object(json::object()));
  EXPECT_EQ(live["spec"]["ports"], json::parse(R"([{"name":"p1","speed":2}])"));
}

TEST_F(ServerSideApply, RefusesAKeyedListWithAnItemTwice) {
  auto result = try_apply("a", object({{"ports", {{{"name", "p"}}, {{"name", "p"}}}}}));
  ASSERT_TRUE(std::holds_alternative<Error>(result));
  EXPECT_EQ(std::get<Error>(result).text, ".spec.ports: duplicate entries for key [name=\"p\"]");
}

TEST_F(ServerSideApply, KeepsTheOrderOfTheApplierAndWhatItDoesNotNameInItsPlace) {
  const auto merged = [&](const json& had, const json& applied_groups) {
    live = nullptr;
    applies("a", object({{"groups", had}}));
    applies("b", object({{"groups", applied_groups}}));
    return live["spec"]["groups"].dump();
  };
  EXPECT_EQ(merged({"a", "b"}, {"c"}), R"(["a","b","c"])");
  EXPECT_EQ(merged({"a", "x"}, {"a", "c"}), R"(["a","x","c"])");
  EXPECT_EQ(merged({"x", "a"}, {"c", "a"}), R"(["x","c","a"])");
  EXPECT_EQ(merged({"a", "b"}, {"b", "a"}), R"(["b","a"])");
  EXPECT_EQ(merged({"a", "x", "b", "y"}, {"b", "n", "a"}), R"(["x","b","y","n","a"])");
  EXPECT_EQ(merged({"a", "b", "c"}, {"b", "c", "d"}), R"(["a","b","c","d"])");
}

TEST_F(ServerSideApply, MergesSetsAndLeavesListsAndMapsOfOnePieceWhole) {
  applies("a", object({{"groups", {"x"}}, {"place", {{"floor", 1}}}}));
  applies("b", object({{"groups", {"y"}}}));
  EXPECT_THAT(live["spec"]["groups"].get<std::vector<std::string>>(), UnorderedElementsAre("x", "y"));
  EXPECT_EQ(owned_by("a"), json::parse(R"({"f:spec":{"f:groups":{"v:\"x\"":{}},"f:place":{}}})"));
  auto result = try_apply("b", object({{"groups", {"y"}}, {"place", {{"door", 2}}}}));
  ASSERT_TRUE(std::holds_alternative<Conflicts>(result));
  applies("a", object({{"place", {{"floor", 1}}}}));
  EXPECT_EQ(live["spec"]["groups"], json({"y"}));
}

TEST_F(ServerSideApply, PlainWritesOwnWhatTheyChangeAndTheMapsTheyMake) {
  updates("edit", object({{"nodeName", "n1"}}, {{"labels", {{"app", "x"}}}}));
  EXPECT_EQ(owned_by("edit"), json::parse(R"({"f:metadata":{"f:labels":{".":{},"f:app":{}}},
                                              "f:spec":{".":{},"f:nodeName":{}}})"));
  EXPECT_EQ(live["metadata"]["managedFields"][0]["operation"], "Update");
}

TEST_F(ServerSideApply, PlainWritesTakeFieldsFromAppliers) {
  applies("a", object({{"nodeName", "n1"}, {"room", "kitchen"}}));
  updates("edit", object({{"nodeName", "n2"}, {"room", "kitchen"}}));
  EXPECT_EQ(owned_by("a"), json::parse(R"({"f:spec":{"f:room":{}}})"));
  auto result = try_apply("a", object({{"nodeName", "n1"}, {"room", "kitchen"}}));
  ASSERT_TRUE(std::holds_alternative<Conflicts>(result));
  EXPECT_EQ(std::get<Conflicts>(result)[0].manager.operation, Operation::update);
}

TEST_F(ServerSideApply, WhatIsGoneIsNobodysAndAnEmptyEntryGoes) {
  applies("a", object({{"nodeName", "n1"}}));
  updates("edit", object(json::object()));
  EXPECT_EQ(owned_by("a"), nullptr);
}

TEST_F(ServerSideApply, AWriteThatChangesNothingKeepsEntriesAndTimes) {
  updates("edit", object({{"nodeName", "n1"}}));
  const auto before = live;
  now = "2026-02-02T00:00:00Z";
  updates("other", object({{"nodeName", "n1"}}));
  EXPECT_EQ(live, before);
  updates("other", object({{"nodeName", "n2"}}));
  EXPECT_EQ(time_of("other"), now);
}

TEST_F(ServerSideApply, ClientsMayClearTheEntries) {
  applies("a", object({{"nodeName", "n1"}}));
  auto cleared = live;
  cleared["metadata"]["managedFields"] = {json::object()};
  note_update(live, cleared, type, door("edit", Operation::update, now));
  EXPECT_FALSE(cleared["metadata"].contains("managedFields"));
}

TEST_F(ServerSideApply, WhatNobodyOwnedIsOfTheTimeBeforeTheFirstApply) {
  live = object({{"nodeName", "n1"}, {"room", "kitchen"}});
  auto result = try_apply("a", object({{"nodeName", "n2"}}));
  ASSERT_TRUE(std::holds_alternative<Conflicts>(result));
  EXPECT_EQ(std::get<Conflicts>(result)[0].manager.name, "before-first-apply");
  applies("a", object({{"nodeName", "n1"}}));
  EXPECT_EQ(owned_by("before-first-apply")["f:spec"].size(), 3u);
}

TEST_F(ServerSideApply, PlainWritesOfAnObjectWithoutEntriesAreNotNoted) {
  live = object({{"nodeName", "n1"}});
  updates("edit", object({{"nodeName", "n2"}}));
  EXPECT_FALSE(live["metadata"].contains("managedFields"));
}

TEST_F(ServerSideApply, EntriesThatAreNoneCountForNothing) {
  applies("a", object({{"nodeName", "n1"}}));
  for (const auto& garbage : {json("text"), json::array(), json(nullptr), json({{{"operation", "Steal"}}})}) {
    auto written = live;
    written["metadata"]["managedFields"] = garbage;
    note_update(live, written, type, door("edit", Operation::update, now));
    EXPECT_EQ(written, live);
  }
}

TEST_F(ServerSideApply, OnlyTheWritersTimeMoves) {
  const auto first = now;
  applies("a", object({{"nodeName", "n1"}, {"room", "kitchen"}}));
  now = "2026-02-02T00:00:00Z";
  updates("edit", object({{"nodeName", "n2"}, {"room", "kitchen"}}));
  EXPECT_EQ(time_of("a"), first);
  EXPECT_EQ(time_of("edit"), now);
  auto later = live;
  later["metadata"]["managedFields"][0]["time"] = "2027-01-01T00:00:00Z";
  EXPECT_TRUE(equal_but_for_times(live, later));
  later["spec"]["room"] = "hall";
  EXPECT_FALSE(equal_but_for_times(live, later));
}

TEST_F(ServerSideApply, ManyPlainWritersBecomeOneOfOldTimes) {
  json spec;
  for (int i = 0; i < 20; ++i) {
    now = "2026-01-01T00:00:" + std::to_string(10 + i) + "Z";
    spec["labels"]["l" + std::to_string(i)] = "x";
    updates("writer-" + std::to_string(i), object(spec));
  }
  EXPECT_EQ(read_owners(live).value().size(), 10u);
  EXPECT_NE(owned_by("ancient-changes"), nullptr);
  EXPECT_NE(owned_by("writer-19"), nullptr);
  EXPECT_EQ(owned_by("writer-0"), nullptr);
}

TEST_F(ServerSideApply, FinalizersAreASetAndOwnersAreKeyed) {
  applies("a", object(json::object(),
                      {{"finalizers", {"a/x"}}, {"ownerReferences", {{{"uid", "1"}, {"name", "m"}}}}}));
  applies("b", object(json::object(), {{"finalizers", {"b/y"}}}));
  EXPECT_EQ(live["metadata"]["finalizers"].size(), 2u);
  EXPECT_EQ(owned_by("a")["f:metadata"]["f:finalizers"], json::parse(R"({"v:\"a/x\"":{}})"));
  EXPECT_TRUE(owned_by("a")["f:metadata"]["f:ownerReferences"].contains(R"(k:{"uid":"1"})"));
}

TEST_F(ServerSideApply, LeavesTheStatusToItsOwnDoor) {
  live = object({{"nodeName", "n1"}});
  live["status"] = {{"state", "online"}};
  auto applied = object({{"nodeName", "n1"}});
  applied["status"] = {{"state", "mine"}};
  applies("a", applied);
  EXPECT_EQ(live["status"]["state"], "online");
  EXPECT_FALSE(owned_by("a").contains("f:status"));
}

TEST(ManagedFields, RefusesGarbage) {
  const auto with = [](const json& entries) {
    return read_owners({{"metadata", {{"managedFields", entries}}}});
  };
  EXPECT_FALSE(with("text"));
  EXPECT_FALSE(with({"text"}));
  EXPECT_FALSE(with({{{"operation", "Steal"}}}));
  EXPECT_FALSE(with({{{"operation", "Apply"}, {"fieldsType", "FieldsV2"}}}));
  EXPECT_FALSE(with({{{"operation", "Apply"}, {"fieldsType", "FieldsV1"}, {"fieldsV1", {{"x", 1}}}}}));
  EXPECT_FALSE(with({{{"operation", "Apply"}, {"fieldsType", "FieldsV1"}, {"fieldsV1", {{"f:a", 1}}}}}));
  json deep = json::object();
  for (int i = 0; i < 200; ++i)
    deep = {{"f:a", deep}};
  EXPECT_FALSE(with({{{"operation", "Apply"}, {"fieldsType", "FieldsV1"}, {"fieldsV1", deep}}}));
  EXPECT_TRUE(with(json::array()));
  EXPECT_TRUE(with(nullptr));
}

TEST(FieldSet, KeepsItsFormThroughJson) {
  const auto fields = json::parse(R"({"f:spec":{".":{},"f:a":{},"f:l":{"k:{\"n\":1}":{".":{},"f:n":{}}}}})");
  EXPECT_EQ(FieldSet::parse(fields).value().to_json(), fields);
  EXPECT_THAT(FieldSet::parse(fields).value().paths(),
              ElementsAre(".spec", ".spec.a", ".spec.l[n=1]", ".spec.l[n=1].n"));
}

}  // namespace
}  // namespace hearth::apply
