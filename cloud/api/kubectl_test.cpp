// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "cloud/api/server_fixture_test.hpp"

namespace hearth::api {
namespace {

using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::Not;

std::string lamp(const std::string& name, const std::string& extra = {},
                 const std::string& labels = "room: hall") {
  return "apiVersion: example.org/v1\nkind: Lamp\nmetadata: {name: " + name + ", labels: {" + labels +
         "}}\nspec:\n  nodeName: edge-1\n  watts: 10\n" + extra;
}

/// For requests that kubectl 1.20 has no flags for.
const std::string kLampsPath = "/apis/example.org/v1/namespaces/default/lamps";

class Kubectl : public ServerTest {};

TEST_F(Kubectl, AppliesCreatesChangesAndLeavesUnchanged) {
  EXPECT_THAT(ok({"apply", "-f", "-"}, lamp("one")), HasSubstr("lamp.example.org/one created"));
  EXPECT_THAT(ok({"apply", "-f", "-"}, lamp("one")), HasSubstr("unchanged"));
  EXPECT_THAT(ok({"apply", "-f", "-"}, lamp("one", "  mode: DAY\n")), HasSubstr("configured"));
  EXPECT_EQ(ok({"get", "lp", "one", "-o", "jsonpath={.metadata.generation} {.spec.mode} {.spec.power}"}),
            "2 DAY OFF");
  EXPECT_EQ(kubectl({"diff", "-f", "-"}, lamp("one", "  mode: NIGHT\n")).code, 1);
  EXPECT_EQ(ok({"get", "lamp", "one", "-o", "jsonpath={.metadata.generation}"}), "2");
}

TEST_F(Kubectl, RefusesWhatBreaksTheSchemaNamingTheField) {
  EXPECT_THAT(kubectl({"create", "-f", "-"}, lamp("bad", "  mode: DUSK\n")).out,
              HasSubstr("spec.mode: Unsupported value: \"DUSK\": supported values: \"DAY\", \"NIGHT\""));
  EXPECT_THAT(kubectl({"create", "-f", "-"}, lamp("bad", "  colour: red\n")).out,
              AnyOf(HasSubstr("unknown field \"spec.colour\""), HasSubstr("unknown field \"colour\"")));
  EXPECT_THAT(ok({"create", "--raw", kLampsPath, "-f", "-"},
                 R"({"apiVersion":"example.org/v1","kind":"Lamp","metadata":{"name":"warned"},)"
                 R"("spec":{"colour":"red"}})"),
              HasSubstr("Warning: unknown field \"spec.colour\""));
  EXPECT_THAT(kubectl({"create", "-f", "-"}, lamp("Bad")).out, HasSubstr("a lowercase RFC 1123 subdomain"));
  EXPECT_THAT(kubectl({"create", "-n", "nowhere", "-f", "-"}, lamp("bad")).out,
              HasSubstr("namespaces \"nowhere\" not found"));
  EXPECT_THAT(
      kubectl({"patch", "lamp", "warned", "--type=merge", "-p", R"({"spec":{"nodeName":"attic"}})"}).out,
      HasSubstr("spec.nodeName: Not found: \"attic\""));
  EXPECT_THAT(kubectl({"get", "lamp", "absent"}).out,
              HasSubstr("Error from server (NotFound): lamps.example.org \"absent\" not found"));
}

TEST_F(Kubectl, ShowsTablesAndSelections) {
  ok({"create", "-f", "-"}, lamp("one") + "---\n" + lamp("two", "", "room: attic"));
  const auto table = ok({"get", "lamps"});
  EXPECT_THAT(table, HasSubstr("NAME   NODE     STATE   AGE"));
  EXPECT_THAT(table, HasSubstr("two    edge-1"));
  EXPECT_THAT(ok({"get", "lamps", "-o", "wide"}), HasSubstr("WATTS"));
  EXPECT_EQ(ok({"get", "lamps", "-A", "-l", "room=attic", "-o", "name"}), "lamp.example.org/two\n");
  EXPECT_EQ(ok({"get", "lamps", "--field-selector", "metadata.name=one", "-o", "name"}),
            "lamp.example.org/one\n");
  EXPECT_EQ(ok({"get", "lamps", "--field-selector", "spec.nodeName=edge-2", "-o", "name"}), "");
  EXPECT_THAT(ok({"get", "lamps", "--chunk-size=1"}), HasSubstr("two"));
  EXPECT_THAT(ok({"get", "lamps", "--sort-by=.metadata.name", "-o", "yaml"}), HasSubstr("watts: 10\n"));
  EXPECT_THAT(ok({"get", "all"}), HasSubstr("lamp.example.org/one"));
  EXPECT_THAT(ok({"get", "namespaces"}), HasSubstr("kube-system"));
}

TEST_F(Kubectl, ChangesObjectsInEveryWay) {
  ok({"create", "-f", "-"}, lamp("one"));
  ok({"patch", "lamp", "one", "--type=json", "-p",
      R"([{"op":"replace","path":"/spec/watts","value":9007199254740993}])"});
  EXPECT_EQ(ok({"get", "lamp", "one", "-o", "jsonpath={.spec.watts}"}), "9007199254740993");
  EXPECT_THAT(kubectl({"patch", "lamp", "one", "-p", R"({"spec":{"watts":1}})"}).out,
              HasSubstr("accepted media types include: application/json-patch+json"));
  ok({"label", "lamp", "one", "colour=red"});
  ok({"annotate", "lamp", "one", "note=x"});
  ok({"edit", "lamp", "one"});
  EXPECT_EQ(ok({"get", "lamp", "one", "-o",
                "jsonpath={.spec.watts} {.metadata.labels.colour} {.metadata.annotations.note}"}),
            "77 red x");
  EXPECT_THAT(ok({"replace", "-f", "-"}, lamp("one")), HasSubstr("replaced"));
  EXPECT_EQ(ok({"get", "lamp", "one", "-o", "jsonpath={.spec.watts}{.metadata.labels.colour}"}), "10");
}

TEST_F(Kubectl, KeepsStatusApartFromSpec) {
  ok({"create", "-f", "-"}, lamp("one", "status: {state: made-up}\n"));
  EXPECT_EQ(ok({"get", "lamp", "one", "-o", "jsonpath={.status}"}), "");
  const auto version = ok({"get", "lamp", "one", "-o", "jsonpath={.metadata.resourceVersion}"});
  ok({"replace", "--raw", kLampsPath + "/one/status", "-f", "-"},
     R"({"apiVersion":"example.org/v1","kind":"Lamp","metadata":{"name":"one","resourceVersion":")" +
         version +
         R"("},"spec":{"watts":1},)"
         R"("status":{"state":"online","conditions":[{"type":"Ready","status":"True"}]}})");
  ok({"patch", "lamp", "one", "--type=merge", "-p", R"({"status":{"state":"offline"}})"});
  EXPECT_EQ(ok({"get", "lamp", "one", "-o", "jsonpath={.status.state} {.spec.watts} {.metadata.generation}"}),
            "online 10 1");
  ok({"wait", "lamp/one", "--for=condition=Ready", "--timeout=20s"});
}

TEST_F(Kubectl, AWriteThatChangesNothingKeepsTheVersion) {
  ok({"create", "-f", "-"}, lamp("one"));
  const auto before = ok({"get", "lamp", "one", "-o", "jsonpath={.metadata.resourceVersion}"});
  ok({"patch", "lamp", "one", "--type=merge", "-p", R"({"spec":{"watts":10}})"});
  EXPECT_EQ(ok({"get", "lamp", "one", "-o", "jsonpath={.metadata.resourceVersion}"}), before);
}

TEST_F(Kubectl, DeletesAndWaits) {
  ok({"create", "-f", "-"}, lamp("one") + "---\n" + lamp("two") + "---\n" + lamp("three", "", "room: attic"));
  EXPECT_THAT(ok({"delete", "lamp", "one"}), HasSubstr("\"one\" deleted"));
  ok({"delete", "lamp", "-l", "room=attic"});
  ok({"delete", "lamp", "--all"});
  EXPECT_THAT(ok({"get", "lamps"}), HasSubstr("No resources found"));
}

TEST_F(Kubectl, FinalizersHoldAnObjectUntilTheyAreGone) {
  ok({"create", "-f", "-"}, lamp("one"));
  ok({"patch", "lamp", "one", "--type=merge", "-p", R"({"metadata":{"finalizers":["example.org/hold"]}})"});
  ok({"delete", "lamp", "one", "--wait=false"});
  EXPECT_THAT(ok({"get", "lamp", "one", "-o", "yaml"}), HasSubstr("deletionTimestamp"));
  ok({"patch", "lamp", "one", "--type=merge", "-p", R"({"metadata":{"finalizers":null}})"});
  EXPECT_THAT(kubectl({"get", "lamp", "one"}).out, HasSubstr("NotFound"));
}

TEST_F(Kubectl, MakesAndEmptiesNamespaces) {
  EXPECT_THAT(ok({"create", "namespace", "shed"}), HasSubstr("namespace/shed created"));
  EXPECT_EQ(ok({"get", "ns", "shed", "-o", R"(jsonpath={.metadata.labels.kubernetes\.io/metadata\.name})"}),
            "shed");
  ok({"create", "-n", "shed", "-f", "-"}, lamp("one"));
  ok({"delete", "namespace", "shed"});
  EXPECT_EQ(ok({"get", "lamps", "-A", "-o", "name"}), "");
  EXPECT_THAT(kubectl({"delete", "namespace", "default"}).out, HasSubstr("Forbidden"));
}

TEST_F(Kubectl, DescribesAnObjectWithItsEvents) {
  ok({"create", "-f", "-"}, lamp("one"));
  const auto uid = ok({"get", "lamp", "one", "-o", "jsonpath={.metadata.uid}"});
  ok({"create", "-f", "-"},
     "apiVersion: v1\nkind: Event\nmetadata: {name: one.1}\ninvolvedObject: {kind: Lamp, namespace: default, "
     "name: one, uid: " +
         uid +
         "}\nreason: Switched\nmessage: it is on\ntype: Normal\nfirstTimestamp: 2026-01-01T00:00:00Z\n"
         "lastTimestamp: 2026-01-01T00:00:00Z\ncount: 1\nsource: {component: hearth}\n");
  const auto described = ok({"describe", "lamp", "one"});
  EXPECT_THAT(described, HasSubstr("Switched"));
  EXPECT_THAT(described, HasSubstr("it is on"));
  EXPECT_THAT(ok({"get", "events"}), HasSubstr("lamp/one"));
}

TEST_F(Kubectl, DiscoversAndExplains) {
  EXPECT_THAT(ok({"api-resources"}), HasSubstr("lamps"));
  EXPECT_THAT(ok({"api-versions"}), HasSubstr("example.org/v1"));
  EXPECT_THAT(ok({"explain", "lamp.spec"}), HasSubstr("The node it hangs on."));
  EXPECT_THAT(ok({"version"}), HasSubstr("v1.32.0+hearth"));
  EXPECT_THAT(ok({"cluster-info"}), HasSubstr("is running at"));
  EXPECT_THAT(ok({"get", "crd"}), HasSubstr("lamps.example.org"));
  EXPECT_EQ(ok({"get", "--raw", "/readyz"}), "ok");
  EXPECT_THAT(ok({"get", "--raw", "/"}), HasSubstr("/apis/example.org/v1"));
}

TEST_F(Kubectl, WatchShowsChanges) {
  ok({"create", "-f", "-"}, lamp("one"));
  const auto version = ok({"get", "lamp", "one", "-o", "jsonpath={.metadata.resourceVersion}"});
  ok({"label", "lamp", "one", "room=attic", "--overwrite"});
  ok({"delete", "lamp", "one"});
  const std::string path = "/apis/example.org/v1/namespaces/default/lamps?watch=true&timeoutSeconds=1";
  const auto all = ok({"get", "--raw", path + "&resourceVersion=" + version});
  EXPECT_THAT(all, HasSubstr(R"({"type":"MODIFIED")"));
  EXPECT_THAT(all, HasSubstr(R"({"type":"DELETED")"));
  const auto left = ok({"get", "--raw", path + "&labelSelector=room%3Dhall&resourceVersion=" + version});
  EXPECT_THAT(left, Not(HasSubstr("MODIFIED")));
  EXPECT_THAT(left, HasSubstr("DELETED"));
  EXPECT_THAT(
      ok({"get", "--raw",
          path + "&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true"}),
      HasSubstr(R"("k8s.io/initial-events-end":"true")"));
}

TEST_F(Kubectl, EverythingSurvivesARestart) {
  ok({"create", "-f", "-"}, lamp("one"));
  const auto before = ok({"get", "lamp", "one", "-o", "yaml"});
  restart_server();
  EXPECT_EQ(ok({"get", "lamp", "one", "-o", "yaml"}), before);
  ok({"create", "-f", "-"}, lamp("two"));
}

TEST_F(Kubectl, ServesMetrics) {
  ok({"get", "lamps"});
  EXPECT_THAT(ok({"get", "--raw", "/metrics"}),
              AllOf(HasSubstr("hearth_api_requests_total{code=\"200\",verb=\"list\"} "),
                    HasSubstr("hearth_api_watches 0")));
  EXPECT_EQ(kubectl({"get", "--raw", "/trace?after=0"}).code, 0);
}

}  // namespace
}  // namespace hearth::api
