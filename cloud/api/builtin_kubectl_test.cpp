// SPDX-License-Identifier: Apache-2.0
// The built-in kinds, with the real kubectl.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "cloud/api/server_fixture_test.hpp"

namespace hearth::api {
namespace {

using testing::AllOf;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class BuiltinKinds : public ServerTest {};

TEST_F(BuiltinKinds, AreAllDiscovered) {
  const auto resources = ok({"api-resources", "-o", "wide"});
  for (const auto* line :
       {"configmaps +cm +v1 +true +ConfigMap", "secrets +v1 +true +Secret",
        "serviceaccounts +sa +v1 +true +ServiceAccount", "leases +coordination.k8s.io/v1 +true +Lease",
        "events +ev +events.k8s.io/v1 +true +Event", "roles +rbac.authorization.k8s.io/v1 +true +Role",
        "clusterrolebindings +rbac.authorization.k8s.io/v1 +false +ClusterRoleBinding",
        "selfsubjectreviews +authentication.k8s.io/v1 +false +SelfSubjectReview +.?create"}) {
    EXPECT_THAT(resources, ContainsRegex(line));
  }
  EXPECT_THAT(ok({"get", "--raw", "/api/v1"}), HasSubstr(R"("name":"serviceaccounts/token")"));
}

TEST_F(BuiltinKinds, ConfigMapsAreMadeShownAndKept) {
  ok({"create", "configmap", "settings", "--from-literal=a=1", "--from-literal=b=2"});
  EXPECT_THAT(ok({"get", "cm", "settings"}), ContainsRegex("NAME +DATA +AGE\nsettings +2 "));
  EXPECT_EQ(ok({"get", "cm", "settings", "-o", "jsonpath={.data.a}"}), "1");
  ok({"patch", "cm", "settings", "-p", R"({"data":{"a":"7"}})"});
  EXPECT_EQ(ok({"get", "cm", "settings", "-o", "jsonpath={.data}"}), R"({"a":"7","b":"2"})");
  ok({"patch", "cm", "settings", "-p", R"({"immutable":true})"});
  EXPECT_THAT(kubectl({"patch", "cm", "settings", "-p", R"({"data":{"a":"8"}})"}).out,
              HasSubstr("data: Forbidden: field is immutable when `immutable` is set"));
  EXPECT_THAT(kubectl({"create", "configmap", "bad", "--from-literal=a/b=1"}).out, HasSubstr("a/b"));
  EXPECT_THAT(kubectl({"create", "-f", "-"},
                      R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"x"},"data":{"a b":"1"}})")
                  .out,
              HasSubstr("a valid config key must consist of alphanumeric characters"));
  EXPECT_THAT(kubectl({"create", "-f", "-"},
                      R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"x"},"data":{"a":1}})")
                  .out,
              HasSubstr("data.a"));
}

TEST_F(BuiltinKinds, SecretsTakeTextsAndShowBytes) {
  ok({"create", "-f", "-"},
     R"({"apiVersion":"v1","kind":"Secret","metadata":{"name":"s"},"stringData":{"user":"ann"}})");
  EXPECT_EQ(ok({"get", "secret", "s", "-o", "jsonpath={.type} {.data.user} {.stringData}"}), "Opaque YW5u ");
  EXPECT_THAT(ok({"get", "secret", "s"}), ContainsRegex("NAME +TYPE +DATA +AGE\ns +Opaque +1 "));
  EXPECT_THAT(ok({"describe", "secret", "s"}), HasSubstr("user:  3 bytes"));
  EXPECT_THAT(kubectl({"patch", "secret", "s", "-p", R"({"type":"kubernetes.io/tls"})"}).out,
              AllOf(HasSubstr("type: Invalid value: \"kubernetes.io/tls\": field is immutable"),
                    HasSubstr("data[tls.crt]: Required value")));
  ok({"create", "secret", "generic", "typed", "--from-literal=a=b"});
  EXPECT_EQ(kubectl({"create", "-f", "-"},
                    R"({"apiVersion":"v1","kind":"Secret","metadata":{"name":"b"},"data":{"a":"%%"}})")
                .code,
            1);
}

TEST_F(BuiltinKinds, EveryNamespaceHasItsServiceAccount) {
  ok({"create", "namespace", "plant"});
  EXPECT_THAT(ok({"get", "sa", "-A"}),
              AllOf(ContainsRegex("plant +default +0"), ContainsRegex("kube-system +default +0")));
  ok({"delete", "serviceaccount", "default", "-n", "plant", "--wait=false"});
  EXPECT_THAT(ok({"get", "sa", "-n", "plant"}), HasSubstr("default"));
  ok({"create", "token", "default", "-n", "plant"});
  ok({"delete", "namespace", "plant"});
  EXPECT_THAT(ok({"get", "sa", "-A"}), Not(HasSubstr("plant")));
}

TEST_F(BuiltinKinds, LeasesKeepTheirMicroseconds) {
  ok({"create", "-f", "-"}, R"({"apiVersion":"coordination.k8s.io/v1","kind":"Lease","metadata":{"name":"l"},
      "spec":{"holderIdentity":"me","leaseDurationSeconds":15,"renewTime":"2026-01-02T03:04:05.123456Z"}})");
  EXPECT_EQ(ok({"get", "lease", "l", "-o", "jsonpath={.spec.renewTime}"}), "2026-01-02T03:04:05.123456Z");
  EXPECT_THAT(ok({"get", "leases"}), ContainsRegex("NAME +HOLDER +AGE\nl +me "));
}

std::string told(const std::string& name, const std::string& reason) {
  return R"({"apiVersion":"v1","kind":"Event","metadata":{"name":")" + name +
         R"("},"involvedObject":{"kind":"Lamp","name":"lamp","namespace":"default"},"type":"Warning","reason":")" +
         reason + R"(","message":"it is dark","source":{"component":"test"},"count":1})";
}

TEST_F(BuiltinKinds, EventsAreOneInBothGroups) {
  ok({"create", "-f", "-"}, told("one", "Dark"));
  EXPECT_EQ(
      ok({"get", "events.v1.events.k8s.io", "one", "-o", "jsonpath={.apiVersion} {.note} {.regarding.name}"}),
      "events.k8s.io/v1 it is dark lamp");
  EXPECT_THAT(ok({"get", "events.v1.events.k8s.io"}), ContainsRegex("Warning +Dark +lamp/lamp +it is dark"));
  ok({"create", "-f", "-"}, R"({"apiVersion":"events.k8s.io/v1","kind":"Event","metadata":{"name":"two"},
      "eventTime":"2026-01-02T03:04:05.000006Z","reportingController":"c","reportingInstance":"c-1",
      "action":"Look","reason":"Bright","type":"Normal","note":"it is bright",
      "regarding":{"kind":"Lamp","name":"lamp","namespace":"default"}})");
  EXPECT_EQ(
      ok({"get", "events.v1.", "two", "-o", "jsonpath={.apiVersion} {.message} {.involvedObject.name}"}),
      "v1 it is bright lamp");
  ok({"patch", "events.v1.events.k8s.io", "two", "--type=merge", "-p", R"({"note":"it was bright"})"});
  EXPECT_EQ(ok({"get", "events.v1.", "two", "-o", "jsonpath={.message}"}), "it was bright");
  EXPECT_THAT(ok({"events"}), AllOf(HasSubstr("it is dark"), HasSubstr("it was bright")));
  EXPECT_THAT(ok({"get", "events", "--field-selector", "involvedObject.name=lamp,reason=Dark", "-o", "name"}),
              HasSubstr("event/one"));
}

TEST_F(BuiltinKinds, TheSameEventTwiceIsCounted) {
  ok({"create", "-f", "-"}, told("lamp.17abcdef01234567", "Dark"));
  ok({"create", "-f", "-"}, told("lamp.17abcdef01234568", "Dark"));
  ok({"create", "-f", "-"}, told("lamp.17abcdef01234569", "Bright"));
  EXPECT_EQ(ok({"get", "events", "-o", "jsonpath={range .items[*]}{.reason}:{.count} {end}"}),
            "Dark:2 Bright:1 ");
  ok({"create", "-f", "-"}, told("by-name", "Dark"));
  ok({"get", "event", "by-name"});
}

TEST_F(BuiltinKinds, ANodeIsDescribed) {
  ok({"create", "-f", "-"}, R"({"apiVersion":"v1","kind":"Node","metadata":{"name":"edge-1",
      "labels":{"node-role.kubernetes.io/edge":""}}})");
  ok({"patch", "node", "edge-1", "--subresource=status", "--type=merge", "-p", R"({"status":{
      "conditions":[{"type":"Ready","status":"True","lastHeartbeatTime":"2026-01-01T00:00:00Z",
      "lastTransitionTime":"2026-01-01T00:00:00Z","reason":"HearthHostReady","message":"connected"}],
      "addresses":[{"type":"InternalIP","address":"192.0.2.7"},{"type":"Hostname","address":"edge-1"}]}})"});
  EXPECT_THAT(ok({"get", "nodes", "-o", "wide"}), ContainsRegex("edge-1 +Ready +edge .* 192.0.2.7"));
  const auto described = ok({"describe", "node", "edge-1"});
  EXPECT_THAT(described, AllOf(HasSubstr("Roles:              edge"), HasSubstr("Non-terminated Pods:"),
                               HasSubstr("HearthHostReady"), HasSubstr("192.0.2.7")));
  ok({"cordon", "edge-1"});
  EXPECT_THAT(ok({"get", "nodes"}), HasSubstr("Ready,SchedulingDisabled"));
  ok({"taint", "node", "edge-1", "a=b:NoSchedule"});
}

TEST_F(BuiltinKinds, AreExplainedAndStrictlyChecked) {
  EXPECT_THAT(ok({"explain", "configmap.data"}), HasSubstr("Texts by name."));
  EXPECT_THAT(ok({"explain", "rolebinding.roleRef"}), HasSubstr("cannot be changed"));
  EXPECT_THAT(kubectl({"create", "-f", "-"},
                      R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"x"},"date":{"a":"1"}})")
                  .out,
              HasSubstr("unknown field \"date\""));
}

}  // namespace
}  // namespace hearth::api
