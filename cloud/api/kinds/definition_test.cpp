// SPDX-License-Identifier: Apache-2.0
#include "cloud/api/kinds/definition.hpp"

#include <gmock/gmock.h>

#include <algorithm>

#include "cloud/api/kinds/definition_schema.hpp"
#include "cloud/api/kinds/definition_status.hpp"

namespace hearth::api {
namespace {

using nlohmann::json;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;

json pumps() {
  auto definition = json::parse(R"({
    "metadata": {"name": "pumps.example.org"},
    "spec": {"group": "example.org", "scope": "Namespaced", "names": {"kind": "Pump", "plural": "pumps"},
             "versions": [{"name": "v1", "served": true, "storage": true,
                           "schema": {"openAPIV3Schema": {"type": "object"}}}]}})");
  complete_definition(definition);
  return definition;
}

/// "field: message" of each.
std::vector<std::string> texts(const std::vector<Violation>& violations) {
  std::vector<std::string> all;
  for (const auto& violation : violations)
    all.push_back(violation.field + ": " + violation.message);
  return all;
}

std::vector<std::string> faults(const json& definition, const json* old = nullptr) {
  return texts(check_definition(definition, old));
}

std::vector<std::string> schema_faults(std::string_view schema) {
  return texts(check_definition_schema(json::parse(schema), "s"));
}

std::string reason_of(const json& definition, const std::string& type) {
  for (const auto& condition : definition["status"]["conditions"]) {
    if (condition["type"] == type)
      return condition["status"].get<std::string>() + " " + condition["reason"].get<std::string>();
  }
  return {};
}

TEST(Definition, FillsInTheNamesThatMayBeLeftOut) {
  const auto definition = pumps();
  EXPECT_EQ(definition["spec"]["names"]["singular"], "pump");
  EXPECT_EQ(definition["spec"]["names"]["listKind"], "PumpList");
  EXPECT_EQ(definition["spec"]["conversion"]["strategy"], "None");
  EXPECT_THAT(faults(definition), IsEmpty());
}

TEST(Definition, NamesEachFaultInKubernetesWords) {
  auto definition = pumps();
  definition["spec"]["scope"] = "World";
  definition["spec"]["group"] = "example";
  definition["spec"]["names"]["listKind"] = "Pump";
  definition["spec"]["conversion"]["strategy"] = "Webhook";
  EXPECT_THAT(
      faults(definition),
      ElementsAre(
          R"(metadata.name: Invalid value: "pumps.example.org": must be spec.names.plural+"."+spec.group)",
          R"(spec.group: Invalid value: "example": should be a domain with at least one dot)",
          R"(spec.scope: Unsupported value: "World": supported values: "Cluster", "Namespaced")",
          R"(spec.names.listKind: Invalid value: "Pump": kind and listKind may not be the same)",
          "spec.conversion.strategy: Forbidden: this server calls no webhooks"));
}

TEST(Definition, GroupsOfKubernetesNeedAnApproval) {
  auto definition = pumps();
  definition["metadata"]["name"] = "pumps.coordination.k8s.io";
  definition["spec"]["group"] = "coordination.k8s.io";
  EXPECT_EQ(faults(definition).size(), 1U);
  definition["metadata"]["annotations"]["api-approved.kubernetes.io"] = "https://example.org";
  EXPECT_THAT(faults(definition), IsEmpty());
}

TEST(Definition, WhatObjectsRelyOnCannotChange) {
  auto old = pumps();
  settle_status(old, {}, WallTime{});
  auto changed = old;
  changed["spec"]["scope"] = "Cluster";
  changed["spec"]["names"]["kind"] = "Bump";
  EXPECT_THAT(faults(changed, &old),
              ElementsAre(R"(spec.scope: Invalid value: "Cluster": field is immutable)",
                          R"(spec.names.kind: Invalid value: "Bump": field is immutable)"));
  changed = old;
  changed["spec"]["versions"][0]["name"] = "v2";
  EXPECT_EQ(faults(changed, &old).size(), 1U) << "v1 is in status.storedVersions";
}

TEST(DefinitionSchema, MustBeStructural) {
  EXPECT_THAT(schema_faults("{}"), ElementsAre("s.type: Required value: must not be empty at the root"));
  EXPECT_THAT(schema_faults(R"({"type":"string"})"),
              ElementsAre(R"(s.type: Invalid value: "string": must be object at the root)"));
  EXPECT_THAT(schema_faults(R"({"type":"object","properties":{"a":{"type":"array"}}})"),
              ElementsAre("s.properties[a].items: Required value: must be specified"));
  EXPECT_THAT(
      schema_faults(R"({"type":"object","properties":{"a":{"type":"array","items":{}}}})"),
      ElementsAre("s.properties[a].items.type: Required value: must not be empty for specified array items"));
  EXPECT_THAT(
      schema_faults(R"({"type":"object","properties":{"a":{"type":"nothing"}}})"),
      ElementsAre(
          R"(s.properties[a].type: Unsupported value: "nothing": supported values: "array", "boolean", "integer", "number", "object", "string")"));
  EXPECT_THAT(
      schema_faults(
          R"({"type":"object","additionalProperties":{"type":"string"},"properties":{"a":{"type":"string"}}})"),
      ElementsAre(
          "s.additionalProperties: Forbidden: additionalProperties and properties are mutual exclusive"));
  EXPECT_THAT(schema_faults(R"({"type":"object","anyOf":[{"type":"object"}]})"),
              ElementsAre("s.anyOf[0].type: Forbidden: must be empty to be structural"));
  EXPECT_THAT(schema_faults(R"({"type":"object","$ref":"#/x"})"),
              ElementsAre("s.$ref: Forbidden: $ref is not supported"));
}

TEST(DefinitionSchema, ExtensionsSayWhatTheyMayAndNoMore) {
  EXPECT_THAT(
      schema_faults(
          R"({"type":"object","properties":{"a":{"type":"string","x-kubernetes-int-or-string":true}}})"),
      ElementsAre("s.properties[a].type: Forbidden: must be empty if x-kubernetes-int-or-string is true"));
  EXPECT_THAT(
      schema_faults(R"({"type":"object","x-kubernetes-preserve-unknown-fields":false})"),
      ElementsAre("s.x-kubernetes-preserve-unknown-fields: Invalid value: false: must be true or undefined"));
}

TEST(DefinitionSchema, KeysOfAMapListAreGiven) {
  const auto list = [](const std::string& more) {
    return R"({"type":"object","properties":{"a":{"type":"array","x-kubernetes-list-type":"map",)" + more +
           "}}}";
  };
  EXPECT_THAT(
      schema_faults(list(R"("x-kubernetes-list-map-keys":["name"],
                "items":{"type":"object","properties":{"name":{"type":"string"}}})")),
      ElementsAre("s.properties[a].items.properties[name].default: Required value: this property is in "
                  "x-kubernetes-list-map-keys, so it must have a default or be a required property"));
  EXPECT_THAT(schema_faults(list(R"("items":{"type":"object"})")),
              ElementsAre("s.properties[a].x-kubernetes-list-map-keys: Required value: must not be empty if "
                          "x-kubernetes-list-type is map"));
}

TEST(DefinitionSchema, DefaultsKeepTheirSchema) {
  EXPECT_EQ(
      schema_faults(R"({"type":"object","properties":{"a":{"type":"integer","maximum":3,"default":5}}})")
          .size(),
      1U);
  EXPECT_THAT(
      schema_faults(R"({"type":"object","properties":{"a":{"type":"integer","maximum":3,"default":2}}})"),
      IsEmpty());
}

TEST(DefinitionSchema, HasBounds) {
  json deep = {{"type", "string"}};
  for (int i = 0; i < 100; ++i)
    deep = {{"type", "object"}, {"properties", {{"a", std::move(deep)}}}};
  EXPECT_THAT(texts(check_definition_schema(deep, "s")), testing::SizeIs(1));
  json wide = {{"type", "object"}};
  for (int i = 0; i < 30'000; ++i)
    wide["properties"]["p" + std::to_string(i)] = {{"type", "string"}};
  EXPECT_THAT(texts(check_definition_schema(wide, "s")), testing::SizeIs(1));
}

TEST(DefinitionStatus, TheFirstToComeHasTheNames) {
  auto first = pumps();
  settle_status(first, {}, WallTime{});
  EXPECT_EQ(reason_of(first, "NamesAccepted"), "True NoConflicts");
  EXPECT_EQ(reason_of(first, "Established"), "True InitialNamesAccepted");
  EXPECT_EQ(first["status"]["storedVersions"], json::array({"v1"}));

  auto second = pumps();
  second["metadata"]["name"] = "bumps.example.org";
  second["spec"]["names"] = {{"kind", "Bump"}, {"plural", "bumps"}, {"shortNames", {"pump"}}};
  complete_definition(second);
  settle_status(second, {first}, WallTime{});
  EXPECT_EQ(reason_of(second, "NamesAccepted"), "False ShortNamesConflict");
  EXPECT_EQ(reason_of(second, "Established"), "False NotAccepted");
  EXPECT_FALSE(is_established(second));
  settle_status(second, {}, WallTime{});
  EXPECT_TRUE(is_established(second));
}

TEST(DefinitionStatus, SettlingTwiceChangesNothing) {
  auto definition = pumps();
  settle_status(definition, {}, WallTime{});
  const auto before = definition;
  settle_status(definition, {}, WallTime{} + std::chrono::hours(1));
  EXPECT_EQ(definition, before);
}

TEST(Versions, AreSortedAsClientsPreferThem) {
  std::vector<std::string> names = {"v1alpha2", "foo10",   "v2",   "v1beta1",  "v10",
                                    "v1",       "v2beta1", "foo1", "v11alpha2"};
  std::sort(names.begin(), names.end(), preferred_before);
  EXPECT_THAT(names,
              ElementsAre("v10", "v2", "v1", "v2beta1", "v1beta1", "v11alpha2", "v1alpha2", "foo1", "foo10"));
}

}  // namespace
}  // namespace hearth::api
