// SPDX-License-Identifier: Apache-2.0
// Who is who and may do what, with the real kubectl.
#include <gmock/gmock.h>

#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "cloud/api/server_fixture_test.hpp"
#include "sdk/base/base64.hpp"

namespace hearth::api {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

const char* const kLampsPath = "/apis/example.org/v1/namespaces/default/lamps";

class Access : public ServerTest {
 protected:
  Access() {
    write_token_file(
        "# token,user,uid,groups\n"
        "ann-token,ann,uid-1,\"keepers,readers\"\n"
        "bob-token,bob,uid-2\n");
    restart_server();
  }

  Ran as_ann(std::vector<std::string> arguments) { return kubectl_with("ann-token", std::move(arguments)); }
  Ran as_bob(std::vector<std::string> arguments) { return kubectl_with("bob-token", std::move(arguments)); }

  int status_of(const std::string& target, const std::string& authorization) {
    net::HttpRequest asked;
    asked.target = target;
    if (!authorization.empty()) asked.headers.add("Authorization", authorization);
    return request(std::move(asked)).status;
  }
};

TEST_F(Access, NobodyReadsHealthAlone) {
  for (const auto* open : {"/healthz", "/livez", "/readyz", "/version"})
    EXPECT_EQ(status_of(open, ""), 200) << open;
  for (const auto* closed : {"/api", "/apis", "/metrics", "/openapi/v2", kLampsPath})
    EXPECT_EQ(status_of(closed, ""), 401) << closed;
}

TEST_F(Access, AWrongTokenIsRefusedWhereverItIsShown) {
  EXPECT_EQ(status_of("/readyz", "Bearer nobody"), 401);
  EXPECT_EQ(status_of("/api", "Bearer hearth-sa-0000"), 401);
  EXPECT_EQ(status_of("/api", "Basic YW5uOmFubg=="), 401);
  EXPECT_EQ(status_of("/api", "Bearer"), 401);
  EXPECT_EQ(status_of("/api", "Bearer " + std::string(7000, 'x')), 401);
  EXPECT_EQ(status_of("/api", "Bearer ann-token"), 200);
  EXPECT_EQ(status_of("/api", "bearer  ann-token"), 200);
  EXPECT_THAT(kubectl_as("", {"get", "--raw", "/api"}).out, HasSubstr("Unauthorized"));
}

TEST_F(Access, TheControllersRoleAndTheNodesCertificatesAreNarrow) {
  EXPECT_EQ(kubectl_as("system:hearth-controllers", {"get", "--raw", "/api"}).code, 0);
  EXPECT_THAT(kubectl_as("system:hearth-controllers", {"get", "secrets"}).out,
              HasSubstr("User \"tester\" cannot list resource \"secrets\" in API group \"\""));
  EXPECT_THAT(kubectl_as("system:nodes", {"get", "--raw", kLampsPath}).out,
              HasSubstr("User \"tester\" cannot list resource \"lamps\" in API group \"example.org\""));
  EXPECT_THAT(kubectl_as("system:nodes", {"get", "--raw", "/apis"}).out,
              HasSubstr("forbidden: User \"tester\" cannot get path \"/apis\""));
}

TEST_F(Access, AUserMayWhatItsRolesSay) {
  EXPECT_THAT(
      as_ann({"get", "configmaps"}).out,
      HasSubstr("configmaps is forbidden: User \"ann\" cannot list resource \"configmaps\" in API group "
                "\"\" in the namespace \"default\""));
  EXPECT_THAT(as_ann({"get", "configmap", "x"}).out,
              HasSubstr("configmaps \"x\" is forbidden: User \"ann\""));
  EXPECT_THAT(as_ann({"get", "nodes"}).out, HasSubstr("at the cluster scope"));
  EXPECT_THAT(as_ann({"get", "--raw", "/metrics"}).out,
              HasSubstr("forbidden: User \"ann\" cannot get path \"/metrics\""));
  ok({"create", "rolebinding", "ann-views", "--clusterrole=view", "--user=ann"});
  EXPECT_EQ(as_ann({"get", "configmaps"}).code, 0);
  EXPECT_EQ(as_bob({"get", "configmaps"}).code, 1);
  EXPECT_EQ(as_ann({"get", "configmaps", "-n", "kube-system"}).code, 1);
  EXPECT_EQ(as_ann({"get", "secrets"}).code, 1);
  EXPECT_THAT(as_ann({"create", "configmap", "x"}).out, HasSubstr("cannot create resource \"configmaps\""));
  ok({"delete", "rolebinding", "ann-views"});
  EXPECT_EQ(as_ann({"get", "configmaps"}).code, 1);
}

TEST_F(Access, RolesMaySpeakOfNamesAndSubresources) {
  ok({"create", "configmap", "one", "--from-literal=a=b"});
  ok({"create", "role", "one-only", "--verb=get,list,watch", "--resource=configmaps", "--resource-name=one"});
  ok({"create", "rolebinding", "one-only", "--role=one-only", "--group=keepers"});
  EXPECT_EQ(as_ann({"get", "configmap", "one"}).code, 0);
  EXPECT_EQ(as_ann({"get", "configmap", "two"}).code, 1);
  EXPECT_EQ(as_ann({"get", "configmaps"}).code, 1);
  EXPECT_EQ(as_ann({"get", "configmaps", "--field-selector=metadata.name=one"}).code, 0);
}

TEST_F(Access, CanISaysWhatMayBeDone) {
  ok({"create", "rolebinding", "ann-views", "--clusterrole=view", "--user=ann"});
  EXPECT_THAT(as_ann({"auth", "can-i", "get", "configmaps"}).out, HasSubstr("yes"));
  EXPECT_THAT(as_ann({"auth", "can-i", "delete", "configmaps"}).out, HasSubstr("no"));
  EXPECT_THAT(as_ann({"auth", "can-i", "get", "/metrics"}).out, HasSubstr("no"));
  EXPECT_THAT(as_ann({"auth", "can-i", "--list"}).out,
              AllOf(HasSubstr("configmaps"), HasSubstr("selfsubjectaccessreviews.authorization.k8s.io"),
                    HasSubstr("[/version]"), Not(HasSubstr("*.*"))));
  EXPECT_THAT(ok({"auth", "can-i", "--list"}), HasSubstr("*.*"));
  EXPECT_THAT(kubectl({"auth", "can-i", "delete", "configmaps", "--as=ann"}).out, HasSubstr("no"));
  EXPECT_THAT(
      as_ann({"auth", "whoami", "-o", "json"}).out,
      AllOf(HasSubstr(R"("username": "ann")"), HasSubstr("system:authenticated"), HasSubstr("uid-1")));
}

TEST_F(Access, ImpersonationNeedsItsVerb) {
  EXPECT_THAT(kubectl({"get", "configmaps", "--as=ann"}).out, HasSubstr("User \"ann\" cannot list"));
  EXPECT_EQ(kubectl({"get", "configmaps", "--as=ann", "--as-group=system:masters"}).code, 0);
  EXPECT_THAT(
      as_ann({"get", "configmaps", "--as=bob"}).out,
      HasSubstr("users \"bob\" is forbidden: User \"ann\" cannot impersonate resource \"users\" in API "
                "group \"\" at the cluster scope"));
  ok({"create", "clusterrole", "be-bob", "--verb=impersonate", "--resource=users", "--resource-name=bob"});
  ok({"create", "clusterrolebinding", "be-bob", "--clusterrole=be-bob", "--user=ann"});
  EXPECT_THAT(as_ann({"get", "configmaps", "--as=bob"}).out, HasSubstr("User \"bob\" cannot list"));
  EXPECT_THAT(as_ann({"get", "configmaps", "--as=bob", "--as-group=system:masters"}).out,
              HasSubstr("groups \"system:masters\" is forbidden"));
}

TEST_F(Access, NobodyGivesAwayMoreThanIsTheirs) {
  ok({"create", "clusterrole", "role-maker", "--verb=create,get,update,patch",
      "--resource=roles.rbac.authorization.k8s.io,rolebindings.rbac.authorization.k8s.io"});
  ok({"create", "clusterrolebinding", "role-maker", "--clusterrole=role-maker", "--user=ann"});
  ok({"create", "rolebinding", "ann-views", "--clusterrole=view", "--user=ann"});
  EXPECT_EQ(as_ann({"create", "role", "reader", "--verb=get", "--resource=configmaps"}).code, 0);
  const auto refused = as_ann({"create", "role", "thief", "--verb=get,list", "--resource=secrets"}).out;
  EXPECT_THAT(
      refused,
      AllOf(HasSubstr("roles.rbac.authorization.k8s.io \"thief\" is forbidden: user \"ann\" (groups=["
                      "\"keepers\" \"readers\" \"system:authenticated\"]) is attempting to grant RBAC "
                      "permissions not currently held:"),
            HasSubstr(R"({APIGroups:[""], Resources:["secrets"], Verbs:["get" "list"]})")));
  EXPECT_THAT(as_ann({"create", "rolebinding", "more", "--clusterrole=edit", "--user=ann"}).out,
              HasSubstr("is attempting to grant RBAC permissions not currently held"));
  EXPECT_EQ(as_ann({"create", "rolebinding", "same", "--clusterrole=view", "--user=bob"}).code, 0);
  EXPECT_EQ(as_bob({"get", "configmaps"}).code, 0);
}

TEST_F(Access, RolesAndBindingsAreChecked) {
  EXPECT_THAT(
      kubectl({"create", "-f", "-"}, R"({"apiVersion":"rbac.authorization.k8s.io/v1","kind":"Role",
      "metadata":{"name":"r"},"rules":[{"verbs":[],"resources":["x"]}]})")
          .out,
      AllOf(HasSubstr("rules[0].verbs: Required value: verbs must contain at least one value"),
            HasSubstr("rules[0].apiGroups: Required value: resource rules must supply at least one api "
                      "group")));
  ok({"create", "rolebinding", "b", "--clusterrole=view", "--user=ann"});
  EXPECT_THAT(
      kubectl({"patch", "rolebinding", "b", "--type=merge", "-p", R"({"roleRef":{"name":"edit"}})"}).out,
      HasSubstr("cannot change roleRef"));
  EXPECT_THAT(ok({"get", "rolebindings", "-o", "wide"}),
              AllOf(HasSubstr("ROLE"), HasSubstr("ClusterRole/view")));
}

TEST_F(Access, DefaultRolesAreAggregatedAndHealed) {
  EXPECT_THAT(ok({"describe", "clusterrole", "edit"}), AllOf(HasSubstr("configmaps"), HasSubstr("secrets")));
  ok({"create", "clusterrole", "lamps-view", "--verb=get,list", "--resource=lamps.example.org"});
  ok({"label", "clusterrole", "lamps-view", "rbac.authorization.k8s.io/aggregate-to-view=true"});
  EXPECT_THAT(ok({"describe", "clusterrole", "admin"}), HasSubstr("lamps.example.org"));
  ok({"delete", "clusterrole", "cluster-admin"});
  ok({"patch", "clusterrole", "system:discovery", "--type=merge", "-p", R"({"rules":[]})"});
  ok({"annotate", "--overwrite", "clusterrole", "system:basic-user",
      "rbac.authorization.kubernetes.io/autoupdate=false"});
  ok({"patch", "clusterrole", "system:basic-user", "--type=merge", "-p", R"({"rules":[]})"});
  restart_server();
  ok({"get", "clusterrole", "cluster-admin"});
  EXPECT_THAT(ok({"describe", "clusterrole", "system:discovery"}), HasSubstr("/openapi"));
  EXPECT_THAT(ok({"describe", "clusterrole", "system:basic-user"}), Not(HasSubstr("selfsubject")));
  EXPECT_THAT(ok({"describe", "clusterrole", "admin"}), HasSubstr("lamps.example.org"));
}

TEST_F(Access, AServiceAccountActsWithItsToken) {
  ok({"create", "serviceaccount", "bot"});
  ok({"create", "rolebinding", "bot", "--clusterrole=view", "--serviceaccount=default:bot"});
  auto token = ok({"create", "token", "bot", "--duration=20m"});
  token.erase(token.find_last_not_of('\n') + 1);
  EXPECT_EQ(kubectl_with(token, {"get", "configmaps"}).code, 0);
  EXPECT_THAT(
      kubectl_with(token, {"auth", "whoami", "-o", "json"}).out,
      AllOf(HasSubstr("system:serviceaccount:default:bot"), HasSubstr("system:serviceaccounts:default")));
  EXPECT_THAT(kubectl({"create", "token", "nobody"}).out, HasSubstr("serviceaccounts \"nobody\" not found"));
  EXPECT_THAT(kubectl({"create", "token", "bot", "--duration=20s"}).out, HasSubstr("10 minutes"));
  restart_server();
  EXPECT_EQ(kubectl_with(token, {"get", "configmaps"}).code, 0);
  ok({"delete", "serviceaccount", "bot"});
  ok({"create", "serviceaccount", "bot"});
  EXPECT_THAT(kubectl_with(token, {"get", "configmaps"}).out, HasSubstr("Unauthorized"));
}

TEST_F(Access, ATokenForSomebodyElseIsNoneForUs) {
  auto token = ok({"create", "token", "default", "--audience=vault"});
  token.erase(token.find_last_not_of('\n') + 1);
  EXPECT_THAT(kubectl_with(token, {"get", "--raw", "/api"}).out, HasSubstr("Unauthorized"));
  const auto review = [&](const std::string& audiences) {
    return ok({"create", "-o", "json", "-f", "-"},
              R"({"apiVersion":"authentication.k8s.io/v1","kind":"TokenReview","spec":{"token":")" + token +
                  R"(","audiences":)" + audiences + "}}");
  };
  EXPECT_THAT(review(R"(["vault"])"), AllOf(HasSubstr(R"("authenticated": true)"),
                                            HasSubstr("system:serviceaccount:default:default")));
  EXPECT_THAT(review("[]"), HasSubstr(R"("authenticated": false)"));
}

TEST_F(Access, ATokenSecretShowsItsTokenOnceAndKeepsItsHash) {
  ok({"create", "serviceaccount", "bot"});
  const auto made = nlohmann::json::parse(ok({"create", "-o", "json", "-f", "-"}, R"({"apiVersion":"v1",
      "kind":"Secret","type":"kubernetes.io/service-account-token","metadata":{"name":"bot-token",
      "annotations":{"kubernetes.io/service-account.name":"bot"}}})"));
  const auto encoded = made.at("data").at("token").get<std::string>();
  EXPECT_THAT(ok({"get", "secret", "bot-token", "-o", "json"}), Not(HasSubstr(encoded)));
  const auto token = decode_base64(encoded).value();
  EXPECT_THAT(kubectl_with(token, {"auth", "whoami"}).out, HasSubstr("system:serviceaccount:default:bot"));
  ok({"delete", "secret", "bot-token"});
  EXPECT_THAT(kubectl_with(token, {"auth", "whoami"}).out, HasSubstr("Unauthorized"));
}

TEST_F(Access, ReviewsWithTheEmptyAnswerOfOldClientsAreAnswered) {
  EXPECT_THAT(ok({"create", "-o", "json", "-f", "-"},
                 R"({"kind":"SelfSubjectRulesReview","apiVersion":"authorization.k8s.io/v1","metadata":{
                    "creationTimestamp":null},"spec":{"namespace":"default"},"status":{"resourceRules":null,
                    "nonResourceRules":null,"incomplete":false}})"),
              HasSubstr(R"("incomplete": false)"));
}

TEST_F(Access, SubjectAccessReviewAsksForOthers) {
  ok({"create", "rolebinding", "ann-views", "--clusterrole=view", "--user=ann"});
  const auto review = [&](const std::string& kind, const std::string& spec) {
    return kubectl({"create", "-o", "jsonpath={.status.allowed}", "-f", "-"},
                   R"({"apiVersion":"authorization.k8s.io/v1","kind":")" + kind + R"(","spec":)" + spec + "}")
        .out;
  };
  const std::string get_maps =
      R"({"user":"ann","resourceAttributes":{"namespace":"default","verb":"get","resource":"configmaps"}})";
  EXPECT_EQ(review("SubjectAccessReview", get_maps), "true");
  EXPECT_EQ(review("LocalSubjectAccessReview", get_maps), "true");
  EXPECT_EQ(review("SubjectAccessReview",
                   R"({"user":"bob","resourceAttributes":{"verb":"get","resource":"configmaps"}})"),
            "false");
  EXPECT_THAT(review("SubjectAccessReview", R"({"user":"bob"})"), HasSubstr("exactly one of"));
  EXPECT_THAT(review("SubjectAccessReview", R"({"nonResourceAttributes":{"path":"/x","verb":"get"}})"),
              HasSubstr("at least one of user or group must be specified"));
  EXPECT_THAT(review("LocalSubjectAccessReview",
                     R"({"user":"a","resourceAttributes":{"namespace":"other","verb":"get"}})"),
              HasSubstr("spec.resourceAttributes.namespace"));
}

TEST_F(Access, TheAuditLogSaysWhoDidWhat) {
  options().audit.file = (folder() / "audit.log").string();
  restart_server();
  ok({"create", "configmap", "one"});
  as_ann({"get", "configmap", "one"});
  kubectl({"get", "configmap", "one", "--as=ann"});
  EXPECT_EQ(status_of("/api", "Bearer nobody"), 401);
  stop_server();
  std::ifstream in(options().audit.file);
  std::map<int, nlohmann::json> by_code;
  nlohmann::json impersonated;
  for (std::string line; std::getline(in, line);) {
    const auto event = nlohmann::json::parse(line);
    by_code[event.at("responseStatus").at("code").get<int>()] = event;
    if (event.contains("impersonatedUser")) impersonated = event;
  }
  EXPECT_EQ(by_code.at(201).at("verb"), "create");
  EXPECT_EQ(by_code.at(201).at("user").at("username"), "tester");
  EXPECT_EQ(by_code.at(201).at("objectRef").at("resource"), "configmaps");
  EXPECT_EQ(by_code.at(201).at("sourceIPs"), nlohmann::json::array({"127.0.0.1"}));
  EXPECT_THAT(by_code.at(201).at("userAgent").get<std::string>(), HasSubstr("kubectl"));
  EXPECT_EQ(by_code.at(403).at("annotations").at("authorization.k8s.io/decision"), "forbid");
  EXPECT_EQ(by_code.at(401).at("requestURI"), "/api");
  EXPECT_EQ(impersonated.at("user").at("username"), "tester");
  EXPECT_EQ(impersonated.at("impersonatedUser").at("username"), "ann");
}

}  // namespace
}  // namespace hearth::api
