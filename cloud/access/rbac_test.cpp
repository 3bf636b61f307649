// SPDX-License-Identifier: Apache-2.0
#include "cloud/access/rbac.hpp"

#include <gtest/gtest.h>

namespace hearth::access {
namespace {

using nlohmann::json;

json role(const std::string& ns, const std::string& name, const std::string& rules) {
  return {{"metadata", {{"namespace", ns}, {"name", name}}}, {"rules", json::parse(rules)}};
}

json binding(const std::string& ns, const std::string& kind, const std::string& role,
             const std::string& subjects) {
  return {{"metadata", {{"namespace", ns}, {"name", "b"}}},
          {"roleRef", {{"kind", kind}, {"name", role}}},
          {"subjects", json::parse(subjects)}};
}

constexpr const char* kReadDevices =
    R"([{"verbs":["get","list"],"apiGroups":["devices.kubeedge.io"],"resources":["devices"]}])";
constexpr const char* kAnn = R"([{"kind":"User","name":"ann"}])";

const User kUser{"ann", {"keepers", "system:authenticated"}};

Attempt get(const std::string& ns, const std::string& name = "lamp") {
  return {"get", "devices.kubeedge.io", "devices", "", ns, name, ""};
}

TEST(Rbac, AllowsNothingThatNoRuleNames) {
  const Rbac rbac(RbacObjects{});
  EXPECT_FALSE(rbac.allows(kUser, get("home")));
  EXPECT_TRUE(rbac.rules_for(kUser, "home").empty());
}

TEST(Rbac, MastersMayDoEverything) {
  const Rbac rbac(RbacObjects{});
  const User master{"root", {"system:masters"}};
  EXPECT_TRUE(rbac.allows(master, get("home")));
  EXPECT_TRUE(rbac.allows(master, {"get", "", "", "", "", "", "/metrics"}));
  EXPECT_EQ(rbac.rules_for(master, "home").size(), 2u);
}

TEST(Rbac, ABindingOfANamespaceCountsThereAlone) {
  const Rbac rbac(
      {{role("home", "reader", kReadDevices)}, {}, {binding("home", "Role", "reader", kAnn)}, {}});
  EXPECT_TRUE(rbac.allows(kUser, get("home")));
  EXPECT_FALSE(rbac.allows(kUser, get("plant")));
  EXPECT_FALSE(rbac.allows(kUser, get("")));
  EXPECT_FALSE(rbac.allows({"bob", {}}, get("home")));
  auto attempt = get("home");
  attempt.verb = "delete";
  EXPECT_FALSE(rbac.allows(kUser, attempt));
}

TEST(Rbac, AClusterRoleMayBeBoundInOneNamespaceOrInAll) {
  const auto cluster_role = role("", "reader", kReadDevices);
  const Rbac local({{}, {cluster_role}, {binding("home", "ClusterRole", "reader", kAnn)}, {}});
  EXPECT_TRUE(local.allows(kUser, get("home")));
  EXPECT_FALSE(local.allows(kUser, get("plant")));
  const Rbac everywhere({{}, {cluster_role}, {}, {binding("", "ClusterRole", "reader", kAnn)}});
  EXPECT_TRUE(everywhere.allows(kUser, get("plant")));
  EXPECT_TRUE(everywhere.allows(kUser, get("")));
}

TEST(Rbac, KnowsGroupsAndServiceAccounts) {
  const char* subjects = R"([{"kind":"Group","name":"keepers"},{"kind":"ServiceAccount","name":"bot"}])";
  const Rbac rbac(
      {{role("home", "reader", kReadDevices)}, {}, {binding("home", "Role", "reader", subjects)}, {}});
  EXPECT_TRUE(rbac.allows(kUser, get("home")));
  EXPECT_TRUE(rbac.allows({"system:serviceaccount:home:bot", {}}, get("home")));
  EXPECT_FALSE(rbac.allows({"system:serviceaccount:plant:bot", {}}, get("home")));
  EXPECT_FALSE(rbac.allows({"bot", {}}, get("home")));
}

TEST(Rbac, TellsSubresourcesNamesAndWildcardsApart) {
  const auto allows = [](const std::string& rules, Attempt attempt) {
    const Rbac rbac({{}, {role("", "r", rules)}, {}, {binding("", "ClusterRole", "r", kAnn)}});
    return rbac.allows(kUser, attempt);
  };
  auto status = get("home");
  status.subresource = "status";
  EXPECT_FALSE(allows(kReadDevices, status));
  EXPECT_TRUE(allows(R"([{"verbs":["*"],"apiGroups":["*"],"resources":["devices/status"]}])", status));
  EXPECT_TRUE(allows(R"([{"verbs":["*"],"apiGroups":["*"],"resources":["*/status"]}])", status));
  EXPECT_FALSE(allows(R"([{"verbs":["*"],"apiGroups":["*"],"resources":["*/status"]}])", get("home")));
  EXPECT_TRUE(allows(R"([{"verbs":["*"],"apiGroups":["*"],"resources":["*"]}])", status));
  EXPECT_FALSE(allows(R"([{"verbs":["*"],"apiGroups":[""],"resources":["*"]}])", status));
  const char* named =
      R"([{"verbs":["get"],"apiGroups":["*"],"resources":["devices"],"resourceNames":["lamp"]}])";
  EXPECT_TRUE(allows(named, get("home")));
  EXPECT_FALSE(allows(named, get("home", "stove")));
  EXPECT_FALSE(allows(named, get("home", "")));
}

TEST(Rbac, AllowsPagesByTheirPath) {
  const Rbac rbac({{},
                   {role("", "r", R"([{"verbs":["get"],"nonResourceURLs":["/openapi/*","/version"]}])")},
                   {},
                   {binding("", "ClusterRole", "r", kAnn)}});
  const auto page = [](const std::string& path) { return Attempt{"get", "", "", "", "", "", path}; };
  EXPECT_TRUE(rbac.allows(kUser, page("/openapi/v2")));
  EXPECT_TRUE(rbac.allows(kUser, page("/version")));
  EXPECT_FALSE(rbac.allows(kUser, page("/metrics")));
  EXPECT_FALSE(rbac.allows(kUser, get("home")));
}

TEST(Rbac, ListsWhatAUserMayDo) {
  const Rbac rbac({{role("home", "reader", kReadDevices)},
                   {role("", "reader", kReadDevices)},
                   {binding("home", "Role", "reader", kAnn)},
                   {binding("", "ClusterRole", "reader", kAnn)}});
  EXPECT_EQ(rbac.rules_for(kUser, "home").size(), 1u) << "the same rule twice is one";
  EXPECT_EQ(rbac.rules_for(kUser, "plant").size(), 1u);
  EXPECT_TRUE(rbac.rules_for({"bob", {}}, "home").empty());
}

TEST(Rbac, BrokenObjectsAllowNothing) {
  const Rbac rbac(
      {{"text", role("home", "r", R"(["x",{"verbs":"get"},{"verbs":[1]}])")},
       {json::array()},
       {"text", binding("home", "Role", "r", R"(["x",{"kind":"User"},{"kind":"Robot","name":"ann"}])"),
        binding("home", "Role", "none", kAnn), json::object()},
       {nullptr, {{"roleRef", 1}}}});
  EXPECT_FALSE(rbac.allows(kUser, get("home")));
}

TEST(Rbac, RefusesInKubernetesWords) {
  EXPECT_EQ(refusal(kUser, get("home")),
            "User \"ann\" cannot get resource \"devices\" in API group \"devices.kubeedge.io\" in the "
            "namespace \"home\"");
  EXPECT_EQ(refusal(kUser, {"list", "", "nodes", "status", "", "", ""}),
            "User \"ann\" cannot list resource \"nodes/status\" in API group \"\" at the cluster scope");
  EXPECT_EQ(refusal(kUser, {"get", "", "", "", "", "", "/metrics"}),
            "User \"ann\" cannot get path \"/metrics\"");
}

}  // namespace
}  // namespace hearth::access
