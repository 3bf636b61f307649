// SPDX-License-Identifier: Apache-2.0
#include "cloud/access/default_roles.hpp"

#include <gtest/gtest.h>

#include "cloud/access/rbac.hpp"
#include "sdk/schema/yaml_document.hpp"

namespace hearth::access {
namespace {

using nlohmann::json;

json role(const char* rules) {
  return {{"kind", "ClusterRole"}, {"metadata", {{"name", "r"}}}, {"rules", json::parse(rules)}};
}

constexpr const char* kGet = R"([{"verbs":["get"],"apiGroups":["g"],"resources":["a","b"]}])";

TEST(DefaultRoles, AreSoundDocuments) {
  const auto documents = schema::parse_yaml(default_roles(), "default roles").value();
  EXPECT_GT(documents.size(), 15u);
  for (const auto& document : documents) {
    const auto complete = complete_default(document);
    EXPECT_EQ(complete.at("apiVersion"), "rbac.authorization.k8s.io/v1");
    EXPECT_TRUE(complete.contains("roleRef") || complete.contains("rules") ||
                complete.contains("aggregationRule"));
  }
}

TEST(DefaultRoles, GetBackWhatTheyLackAndKeepWhatUsersAdded) {
  const auto wanted = complete_default(role(kGet));
  auto stored = wanted;
  stored["rules"] = json::parse(R"([{"verbs":["get"],"apiGroups":["g"],"resources":["a"]},
                                    {"verbs":["list"],"apiGroups":["own"],"resources":["c"]}])");
  const auto after = rules_of(healed(stored, wanted));
  EXPECT_EQ(after.size(), 3u);
  EXPECT_EQ(healed(wanted, wanted), wanted);
}

TEST(DefaultRoles, LackNothingThatIsSaidInOtherWords) {
  const auto wanted = complete_default(role(kGet));
  auto stored = wanted;
  stored["rules"] = json::parse(R"([{"verbs":["*"],"apiGroups":["*"],"resources":["*"]}])");
  EXPECT_EQ(healed(stored, wanted), stored);
}

TEST(DefaultRoles, StayAsTheyAreWhenTheySaySo) {
  const auto wanted = complete_default(role(kGet));
  auto stored = wanted;
  stored["rules"] = json::array();
  stored["metadata"]["annotations"]["rbac.authorization.kubernetes.io/autoupdate"] = "false";
  EXPECT_EQ(healed(stored, wanted), stored);
}

TEST(DefaultRoles, BindingsGetTheirSubjectsBack) {
  const json binding = {{"kind", "ClusterRoleBinding"},
                        {"metadata", {{"name", "b"}}},
                        {"roleRef", {{"kind", "ClusterRole"}, {"name", "r"}}},
                        {"subjects", {{{"kind", "Group"}, {"name", "g"}}}}};
  const auto wanted = complete_default(binding);
  auto stored = wanted;
  stored["subjects"] = json::array();
  EXPECT_EQ(healed(stored, wanted).at("subjects"), wanted.at("subjects"));
  stored["roleRef"]["name"] = "other";
  EXPECT_TRUE(healed(stored, wanted).at("subjects").empty());
}

TEST(Escalation, NamesWhatIsNotHeld) {
  const json binding = {{"roleRef", {{"kind", "ClusterRole"}, {"name", "r"}}},
                        {"subjects", {{{"kind", "User"}, {"name", "ann"}}}}};
  const Rbac rbac({{}, {role(kGet)}, {}, {binding}});
  const User ann{"ann", {"keepers"}};
  EXPECT_TRUE(rbac.not_held(ann, rules_of(role(kGet)), "").empty());
  const auto more = rules_of(role(R"([{"verbs":["get","list"],"apiGroups":["g"],"resources":["a"]},
                                      {"verbs":["get"],"nonResourceURLs":["/metrics"]}])"));
  const auto missing = rbac.not_held(ann, more, "");
  EXPECT_EQ(
      escalation(ann, missing),
      "user \"ann\" (groups=[\"keepers\"]) is attempting to grant RBAC permissions not currently held:\n"
      "{APIGroups:[\"g\"], Resources:[\"a\"], Verbs:[\"list\"]}\n"
      "{NonResourceURLs:[\"/metrics\"], Verbs:[\"get\"]}");
  EXPECT_TRUE(rbac.not_held({"root", {"system:masters"}}, more, "").empty());
}

}  // namespace
}  // namespace hearth::access
