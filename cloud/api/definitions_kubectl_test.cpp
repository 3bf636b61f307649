// SPDX-License-Identifier: Apache-2.0
// CustomResourceDefinitions made, changed and deleted by clients, driven by the real kubectl.
#include <gmock/gmock.h>

#include <thread>

#include "cloud/api/server_fixture_test.hpp"

namespace hearth::api {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

std::string pump_definition(const std::string& versions, const std::string& names = {}) {
  return "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\n"
         "metadata: {name: pumps.example.org}\n"
         "spec:\n  group: example.org\n  scope: Namespaced\n"
         "  names: {kind: Pump, plural: pumps" +
         names + "}\n  versions:\n" + versions;
}

std::string version(const std::string& name, bool storage, const std::string& fields,
                    const std::string& more = {}) {
  return "  - name: " + name + "\n    served: true\n    storage: " + (storage ? "true" : "false") + "\n" +
         more +
         "    schema:\n      openAPIV3Schema:\n        type: object\n        properties:\n"
         "          spec:\n            type: object\n            properties: {" +
         fields + "}\n";
}

const std::string kPumps =
    pump_definition(version("v1", true, "flow: {type: integer, description: Litres.}"));

std::string pump(const std::string& name, const std::string& spec, const std::string& version = "v1",
                 const std::string& meta = {}) {
  return "apiVersion: example.org/" + version + "\nkind: Pump\nmetadata: {name: " + name + meta +
         "}\nspec: {" + spec + "}\n";
}

class DefinitionsKubectl : public ServerTest {};

TEST_F(DefinitionsKubectl, AKindIsServedAsSoonAsItIsDefinedAndGoneWithItsDefinition) {
  EXPECT_THAT(ok({"create", "-f", "-"}, kPumps), HasSubstr("pumps.example.org created"));
  EXPECT_THAT(ok({"wait", "--for=condition=Established", "crd/pumps.example.org"}),
              HasSubstr("condition met"));
  EXPECT_THAT(ok({"apply", "-f", "-"}, pump("one", "flow: 3")), HasSubstr("pump.example.org/one created"));
  EXPECT_THAT(ok({"apply", "-f", "-"}, pump("one", "flow: 3")), HasSubstr("unchanged"));
  EXPECT_THAT(ok({"get", "pumps"}), HasSubstr("one"));
  EXPECT_THAT(ok({"explain", "pump.spec.flow"}), HasSubstr("Litres."));
  EXPECT_THAT(ok({"api-resources"}), HasSubstr("pumps"));
  EXPECT_THAT(ok({"delete", "crd", "pumps.example.org"}), HasSubstr("deleted"));
  EXPECT_NE(kubectl({"get", "pumps"}).code, 0);
  EXPECT_THAT(kubectl({"get", "--raw", "/apis/example.org/v1/namespaces/default/pumps"}).out,
              HasSubstr("NotFound"));
  EXPECT_THAT(ok({"create", "-f", "-"}, kPumps), HasSubstr("created"));
  EXPECT_EQ(ok({"get", "pumps", "-o", "name"}), "");
}

TEST_F(DefinitionsKubectl, ClientsDefinitionsAndTheirObjectsOutliveARestart) {
  ok({"create", "-f", "-"}, kPumps);
  ok({"create", "-f", "-"}, pump("one", "flow: 3"));
  restart_server();
  EXPECT_EQ(ok({"get", "pumps", "-o", "name"}), "pump.example.org/one\n");
  EXPECT_EQ(ok({"get", "crd", "-o", "name"}),
            "customresourcedefinition.apiextensions.k8s.io/lamps.example.org\n"
            "customresourcedefinition.apiextensions.k8s.io/pumps.example.org\n");
}

TEST_F(DefinitionsKubectl, UsersOfADeprecatedVersionAreWarned) {
  const auto flow = std::string("flow: {type: integer}");
  ok({"create", "-f", "-"},
     pump_definition(version("v1", true, flow) + version("v1beta1", false, flow, "    deprecated: true\n") +
                     version("v1alpha1", false, flow,
                             "    deprecated: true\n    deprecationWarning: pumps are v1 now\n")));
  const auto warning = [&](const std::string& of, const std::string& query = {}) {
    net::HttpRequest get;
    get.target = "/apis/example.org/" + of + "/namespaces/default/pumps" + query;
    return std::string(request(get, "system:masters").headers.get("Warning"));
  };
  EXPECT_EQ(warning("v1beta1"), R"(299 - "example.org/v1beta1 Pump is deprecated")");
  EXPECT_EQ(warning("v1beta1", "/no-such"), R"(299 - "example.org/v1beta1 Pump is deprecated")");
  EXPECT_EQ(warning("v1alpha1", "?watch=true&timeoutSeconds=1"), R"(299 - "pumps are v1 now")");
  EXPECT_EQ(warning("v1"), "");
  EXPECT_THAT(kubectl({"get", "pumps.v1alpha1.example.org"}).out, HasSubstr("Warning: pumps are v1 now"));
}

TEST_F(DefinitionsKubectl, AChangeCountsAndOneThatIsNoneDoesNot) {
  const auto generation = [&] {
    return ok({"get", "crd", "pumps.example.org", "-o",
               "jsonpath={.metadata.generation} {.metadata.resourceVersion}"});
  };
  ok({"apply", "-f", "-"}, kPumps);
  const auto before = generation();
  EXPECT_THAT(before, ::testing::StartsWith("1 "));
  EXPECT_THAT(ok({"apply", "-f", "-"}, kPumps), HasSubstr("unchanged"));
  EXPECT_EQ(generation(), before);
  ok({"create", "-f", "-"}, pump("one", "flow: 3"));
  ok({"apply", "-f", "-"},
     pump_definition(version("v1", true, "flow: {type: integer}, power: {type: string, default: LOW}")));
  EXPECT_THAT(generation(), ::testing::StartsWith("2 "));
  EXPECT_EQ(ok({"get", "pump", "one", "-o", "jsonpath={.spec.power}"}), "LOW")
      << "defaults are filled in on read";
}

TEST_F(DefinitionsKubectl, WhatIsNoDefinitionIsRefusedInKubernetesWords) {
  const auto refused = [&](const std::string& text) { return kubectl({"create", "-f", "-"}, text).out; };
  auto misnamed = kPumps;
  misnamed.replace(misnamed.find("pumps.example.org"), 17, "bumps.example.org");
  EXPECT_THAT(refused(misnamed), HasSubstr("metadata.name: Invalid value: \"bumps.example.org\": must be "
                                           "spec.names.plural+\".\"+spec.group"));
  EXPECT_THAT(refused(pump_definition(version("v1", false, ""))),
              HasSubstr("must have exactly one version marked as storage version"));
  EXPECT_THAT(
      refused(pump_definition(version("v1", true, "flow: {description: none}"))),
      HasSubstr("spec.versions[0].schema.openAPIV3Schema.properties[spec].properties[flow].type: Required "
                "value: must not be empty for specified object fields"));
  EXPECT_THAT(refused(pump_definition(version("v1", true, "flow: {type: integer, default: x}"))),
              HasSubstr("properties[flow].default"));
  EXPECT_THAT(refused(pump_definition(version(
                  "v1", true, "flow: {type: integer, x-kubernetes-validations: [{rule: self > 1}]}"))),
              HasSubstr("this server does not evaluate CEL rules"));
  ok({"create", "-f", "-"}, kPumps);
  EXPECT_THAT(
      kubectl({"patch", "crd", "pumps.example.org", "--type=merge", "-p", R"({"spec":{"scope":"Cluster"}})"})
          .out,
      HasSubstr("spec.scope: Invalid value: \"Cluster\": field is immutable"));
}

TEST_F(DefinitionsKubectl, NamesThatAreTakenWaitUntilTheyAreFree) {
  ok({"create", "-f", "-"}, kPumps);
  auto rival = kPumps;
  for (auto at = rival.find("pumps"); at != rival.npos; at = rival.find("pumps", at + 6))
    rival.replace(at, 5, "rivals");
  ok({"create", "-f", "-"}, rival);
  const auto condition = [&](const std::string& type, const std::string& what) {
    return ok({"get", "crd", "rivals.example.org", "-o",
               "jsonpath={.status.conditions[?(@.type==\"" + type + "\")]." + what + "}"});
  };
  EXPECT_EQ(condition("NamesAccepted", "reason"), "SingularConflict");
  EXPECT_EQ(condition("Established", "status"), "False");
  EXPECT_THAT(ok({"api-resources"}), Not(HasSubstr("rivals")));
  ok({"delete", "crd", "pumps.example.org"});
  EXPECT_EQ(condition("NamesAccepted", "status"), "True");
  EXPECT_EQ(condition("Established", "status"), "True");
}

TEST_F(DefinitionsKubectl, AnObjectHeldByAFinalizerHoldsItsDefinition) {
  ok({"create", "-f", "-"}, kPumps);
  ok({"create", "-f", "-"}, pump("held", "flow: 1", "v1", ", finalizers: [example.org/hold]"));
  ok({"delete", "crd", "pumps.example.org", "--wait=false"});
  EXPECT_THAT(ok({"get", "crd", "pumps.example.org", "-o", "jsonpath={.metadata.finalizers}"}),
              HasSubstr("customresourcecleanup.apiextensions.k8s.io"));
  EXPECT_THAT(kubectl({"create", "-f", "-"}, pump("late", "flow: 1")).out,
              HasSubstr("create not allowed while custom resource definition is terminating"));
  ok({"patch", "pump", "held", "--type=merge", "-p", R"({"metadata":{"finalizers":null}})"});
  EXPECT_THAT(kubectl({"get", "crd", "pumps.example.org"}).out, HasSubstr("NotFound"));
}

TEST_F(DefinitionsKubectl, VersionsAreServedSideBySideAndTheStorageVersionMayMove) {
  ok({"create", "-f", "-"}, kPumps);
  ok({"create", "-f", "-"}, pump("one", "flow: 3"));
  const auto both = version("v1", false, "flow: {type: integer}") +
                    version("v2", true, "flow: {type: integer}, power: {type: string}");
  ok({"apply", "-f", "-"}, pump_definition(both));
  EXPECT_EQ(ok({"get", "crd", "pumps.example.org", "-o", "jsonpath={.status.storedVersions}"}),
            "[\"v1\",\"v2\"]");
  EXPECT_EQ(ok({"get", "pumps.v2.example.org", "one", "-o", "jsonpath={.apiVersion} {.spec.flow}"}),
            "example.org/v2 3");
  ok({"create", "-f", "-"}, pump("two", "flow: 4, power: HIGH", "v2"));
  EXPECT_EQ(ok({"get", "pumps.v1.example.org", "two", "-o", "jsonpath={.apiVersion} {.spec}"}),
            "example.org/v1 {\"flow\":4}");
  EXPECT_THAT(
      kubectl({"apply", "-f", "-"}, pump_definition(version("v2", true, "flow: {type: integer}"))).out,
      HasSubstr("status.storedVersions[0]: Invalid value: \"v1\": missing from spec.versions"));
}

TEST_F(DefinitionsKubectl, TheScaleSubresourceShowsAndChangesTheReplicas) {
  const auto* scale =
      "    subresources:\n      status: {}\n"
      "      scale: {specReplicasPath: .spec.units, statusReplicasPath: .status.units}\n";
  ok({"create", "-f", "-"},
     pump_definition(version("v1", true, "units: {type: integer, maximum: 9}", scale)));
  ok({"create", "-f", "-"}, pump("one", "units: 2"));
  const auto path = "/apis/example.org/v1/namespaces/default/pumps/one/scale";
  const auto path_of_unset = "/apis/example.org/v1/namespaces/default/pumps/unset/scale";
  EXPECT_THAT(ok({"get", "--raw", path}),
              AllOf(HasSubstr(R"("apiVersion":"autoscaling/v1")"), HasSubstr(R"("spec":{"replicas":2})")));
  EXPECT_THAT(ok({"scale", "pump/one", "--replicas=5"}), HasSubstr("scaled"));
  EXPECT_EQ(ok({"get", "pump", "one", "-o", "jsonpath={.spec.units} {.metadata.generation}"}), "5 2");
  EXPECT_THAT(ok({"scale", "pump/one", "--replicas=6", "--current-replicas=5"}), HasSubstr("scaled"));
  EXPECT_THAT(kubectl({"scale", "pump/one", "--replicas=10"}).out,
              HasSubstr("spec.units in body should be less than or equal to 9"));
  ok({"create", "-f", "-"}, pump("unset", ""));
  EXPECT_THAT(kubectl({"get", "--raw", path_of_unset}).out,
              HasSubstr("the spec replicas field \".spec.units\" does not exist"));
  EXPECT_THAT(ok({"scale", "pump/unset", "--replicas=3"}), HasSubstr("scaled"));
  EXPECT_THAT(ok({"get", "--raw", path_of_unset}), HasSubstr(R"("spec":{"replicas":3})"));
}

TEST_F(DefinitionsKubectl, AWatchEndsWhenItsKindChanges) {
  ok({"create", "-f", "-"}, kPumps);
  ok({"create", "-f", "-"}, pump("one", "flow: 3"));
  std::string seen;
  std::thread watcher([&] {
    seen = kubectl({"get", "--raw", "/apis/example.org/v1/namespaces/default/pumps?watch=true"}).out;
  });
  const auto under_way = [&] { return ok({"get", "--raw", "/metrics"}); };
  for (int i = 0; i < 100 && under_way().find("hearth_api_watches 1") == std::string::npos; ++i) {
  }
  ok({"delete", "crd", "pumps.example.org"});
  watcher.join();
  EXPECT_THAT(seen, AllOf(HasSubstr(R"("type":"ADDED")"), HasSubstr(R"("type":"DELETED")")));
}

TEST_F(DefinitionsKubectl, TheOpenApiIndexFollowsTheKinds) {
  const auto index = [&] { return ok({"get", "--raw", "/openapi/v3"}); };
  const auto before = index();
  ok({"create", "-f", "-"}, kPumps);
  const auto after = index();
  EXPECT_NE(before, after);
  EXPECT_THAT(ok({"get", "--raw", "/openapi/v3/apis/example.org/v1"}), HasSubstr("Litres."));
  ok({"delete", "crd", "pumps.example.org"});
  EXPECT_EQ(index(), before);
}

TEST_F(DefinitionsKubectl, AClientsChangeOfADefinitionThatCameWithTheServerStays) {
  ok({"patch", "crd", "lamps.example.org", "--type=json", "-p",
      R"([{"op":"add","path":"/spec/names/shortNames/-","value":"light"}])"});
  EXPECT_EQ(ok({"get", "light", "-o", "name"}), "");
  restart_server();
  EXPECT_EQ(ok({"get", "light", "-o", "name"}), "");
}

TEST_F(DefinitionsKubectl, ExplainKnowsDefinitionsThemselves) {
  EXPECT_THAT(ok({"explain", "crd.spec.versions"}), HasSubstr("exactly one of them"));
}

}  // namespace
}  // namespace hearth::api
