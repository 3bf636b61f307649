// SPDX-License-Identifier: Apache-2.0
// Role-based access control: what the roles and bindings in force allow whom. Kubernetes' rules: nothing is allowed that
// no rule names, and nothing is ever denied by one.
// Thread: never changes after it is made; a change of a role or binding makes a new one.   Errors: objects that are
// broken allow nothing.
#pragma once

#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "cloud/access/user.hpp"

namespace hearth::access {

/// What somebody wants to do: with a resource, or (`path` not empty) with a page such as /healthz.
struct Attempt {
  std::string verb;
  std::string group;
  std::string resource;
  std::string subresource;
  std::string ns;    ///< empty: cluster-wide
  std::string name;  ///< empty: no single object
  std::string path;
};

struct Rule {
  std::vector<std::string> verbs;
  std::vector<std::string> groups;
  std::vector<std::string> resources;
  std::vector<std::string> names;
  std::vector<std::string> paths;

  bool allows(const Attempt& attempt) const;
  bool operator==(const Rule&) const = default;
};

/// The rules of a Role or ClusterRole.
std::vector<Rule> rules_of(const nlohmann::json& role);

/// The objects in force, as the API holds them.
struct RbacObjects {
  std::vector<nlohmann::json> roles;
  std::vector<nlohmann::json> cluster_roles;
  std::vector<nlohmann::json> bindings;
  std::vector<nlohmann::json> cluster_bindings;
};

class Rbac {
 public:
  explicit Rbac(const RbacObjects& objects);

  bool allows(const User& user, const Attempt& attempt) const;
  /// The parts of `wanted` that the user does not hold in that namespace (empty: everywhere).
  std::vector<Rule> not_held(const User& user, const std::vector<Rule>& wanted, std::string_view ns) const;
  /// Everything the user may do in that namespace, cluster-wide rules included.
  std::vector<Rule> rules_for(const User& user, std::string_view ns) const;

 private:
  using Rules = std::vector<Rule>;
  using RulesByName = std::map<std::string, Rules, std::less<>>;
  /// A service account is a user.
  struct Grants {
    RulesByName users;
    RulesByName groups;
  };
  static void grant(Grants& grants, const nlohmann::json& binding, const Rules& rules);

  /// Calls `visit` for each list of rules that a grant gives the user.
  template <class Visit>
  static bool any_of(const Grants& grants, const User& user, Visit visit);

  Grants cluster_wide_;
  std::map<std::string, Grants, std::less<>> in_namespace_;
};
using RbacPtr = std::shared_ptr<const Rbac>;

/// `User "u" cannot get resource "devices" in API group "devices.kubeedge.io" in the namespace "n"`.
std::string refusal(const User& user, const Attempt& attempt);

/// The parts of a rule that no rule of `held` covers.
std::vector<Rule> rules_not_held(const std::vector<Rule>& held, const Rule& wanted);

/// What Kubernetes says to who would give away more than is theirs.
std::string escalation(const User& user, const std::vector<Rule>& not_held);

}  // namespace hearth::access
