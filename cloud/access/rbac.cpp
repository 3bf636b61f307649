// SPDX-License-Identifier: Apache-2.0
#include "cloud/access/rbac.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace hearth::access {
namespace {

using nlohmann::json;

constexpr std::string_view kAll = "*";

std::vector<std::string> texts_at(const json& object, const char* name) {
  std::vector<std::string> texts;
  const auto found = object.find(name);
  if (found == object.end() || !found->is_array()) return texts;
  for (const auto& item : *found) {
    if (item.is_string()) texts.push_back(item.get<std::string>());
  }
  return texts;
}

std::string text_at(const json& object, const char* name) {
  if (!object.is_object()) return {};
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::string metadata_text(const json& object, const char* name) {
  const auto metadata = object.find("metadata");
  return metadata == object.end() ? std::string() : text_at(*metadata, name);
}

bool lists(const std::vector<std::string>& list, std::string_view what) {
  return std::any_of(list.begin(), list.end(),
                     [&](const auto& each) { return each == kAll || each == what; });
}

/// `devices`, `devices/status`, `*/status`, `*`.
bool names_resource(const std::vector<std::string>& list, const Attempt& attempt) {
  const auto& below = attempt.subresource;
  const auto whole = below.empty() ? attempt.resource : attempt.resource + "/" + below;
  return lists(list, whole) ||
         (!below.empty() && std::find(list.begin(), list.end(), "*/" + below) != list.end());
}

/// `/metrics`, `/openapi/*`, `*`.
bool names_path(const std::vector<std::string>& list, std::string_view path) {
  return std::any_of(list.begin(), list.end(), [&](std::string_view each) {
    if (each == kAll || each == path) return true;
    return each.ends_with('*') && path.starts_with(each.substr(0, each.size() - 1));
  });
}

/// Roles by name; those of a namespace as `namespace/name`.
using RoleBook = std::map<std::string, std::vector<Rule>, std::less<>>;

RoleBook book_of(const std::vector<json>& roles) {
  RoleBook book;
  for (const auto& role : roles) {
    if (role.is_object())
      book[metadata_text(role, "namespace") + "/" + metadata_text(role, "name")] = rules_of(role);
  }
  return book;
}

const std::vector<Rule>* find_role(const json& binding, const RoleBook& roles,
                                   const RoleBook& cluster_roles) {
  const auto ref = binding.find("roleRef");
  if (ref == binding.end()) return nullptr;
  const bool cluster = text_at(*ref, "kind") == "ClusterRole";
  const auto ns = cluster ? std::string() : metadata_text(binding, "namespace");
  const auto& book = cluster ? cluster_roles : roles;
  const auto found = book.find(ns + "/" + text_at(*ref, "name"));
  return found == book.end() ? nullptr : &found->second;
}

}  // namespace

bool Rule::allows(const Attempt& attempt) const {
  if (!lists(verbs, attempt.verb)) return false;
  if (!attempt.path.empty()) return names_path(paths, attempt.path);
  if (!lists(groups, attempt.group) || !names_resource(resources, attempt)) return false;
  return names.empty() || std::find(names.begin(), names.end(), attempt.name) != names.end();
}

std::vector<Rule> rules_of(const json& role) {
  std::vector<Rule> rules;
  const auto found = role.find("rules");
  if (found == role.end() || !found->is_array()) return rules;
  for (const auto& rule : *found) {
    if (!rule.is_object()) continue;
    rules.push_back({texts_at(rule, "verbs"), texts_at(rule, "apiGroups"), texts_at(rule, "resources"),
                     texts_at(rule, "resourceNames"), texts_at(rule, "nonResourceURLs")});
  }
  return rules;
}

Rbac::Rbac(const RbacObjects& objects) {
  const auto roles = book_of(objects.roles);
  const auto cluster_roles = book_of(objects.cluster_roles);
  for (const auto& binding : objects.cluster_bindings) {
    if (!binding.is_object()) continue;
    if (const auto* rules = find_role(binding, {}, cluster_roles)) grant(cluster_wide_, binding, *rules);
  }
  for (const auto& binding : objects.bindings) {
    if (!binding.is_object()) continue;
    const auto* rules = find_role(binding, roles, cluster_roles);
    if (rules != nullptr) grant(in_namespace_[metadata_text(binding, "namespace")], binding, *rules);
  }
}

/// A subject that can be nobody gets nothing.
void Rbac::grant(Grants& grants, const json& binding, const Rules& rules) {
  const auto subjects = binding.find("subjects");
  if (subjects == binding.end() || !subjects->is_array()) return;
  for (const auto& subject : *subjects) {
    const auto kind = text_at(subject, "kind");
    auto name = text_at(subject, "name");
    if (name.empty()) continue;
    if (kind == "ServiceAccount") {
      auto ns = text_at(subject, "namespace");
      if (ns.empty()) ns = metadata_text(binding, "namespace");
      if (ns.empty()) continue;
      name = service_account_user(ns, name);
    } else if (kind != "User" && kind != "Group") {
      continue;
    }
    auto& granted = (kind == "Group" ? grants.groups : grants.users)[name];
    granted.insert(granted.end(), rules.begin(), rules.end());
  }
}

template <class Visit>
bool Rbac::any_of(const Grants& grants, const User& user, Visit visit) {
  const auto visit_at = [&](const RulesByName& rules, const std::string& name) {
    const auto found = rules.find(name);
    return found != rules.end() && visit(found->second);
  };
  if (visit_at(grants.users, user.name)) return true;
  return std::any_of(user.groups.begin(), user.groups.end(),
                     [&](const auto& group) { return visit_at(grants.groups, group); });
}

bool Rbac::allows(const User& user, const Attempt& attempt) const {
  if (user.in(kMasters)) return true;
  const auto allowed = [&](const Rules& rules) {
    return std::any_of(rules.begin(), rules.end(), [&](const Rule& rule) { return rule.allows(attempt); });
  };
  if (any_of(cluster_wide_, user, allowed)) return true;
  if (attempt.ns.empty() || !attempt.path.empty()) return false;
  const auto local = in_namespace_.find(attempt.ns);
  return local != in_namespace_.end() && any_of(local->second, user, allowed);
}

std::vector<Rule> Rbac::rules_for(const User& user, std::string_view ns) const {
  Rules found;
  if (user.in(kMasters)) {
    found.push_back({{"*"}, {"*"}, {"*"}, {}, {}});
    found.push_back({{"*"}, {}, {}, {}, {"*"}});
  }
  const auto collect = [&](const Rules& rules) {
    for (const auto& rule : rules) {
      if (std::find(found.begin(), found.end(), rule) == found.end()) found.push_back(rule);
    }
    return false;
  };
  any_of(cluster_wide_, user, collect);
  if (const auto local = in_namespace_.find(ns); local != in_namespace_.end())
    any_of(local->second, user, collect);
  return found;
}

std::string refusal(const User& user, const Attempt& attempt) {
  if (!attempt.path.empty())
    return fmt::format("User \"{}\" cannot {} path \"{}\"", user.name, attempt.verb, attempt.path);
  const auto what =
      attempt.subresource.empty() ? attempt.resource : attempt.resource + "/" + attempt.subresource;
  const auto where = attempt.ns.empty() ? std::string("at the cluster scope")
                                        : fmt::format("in the namespace \"{}\"", attempt.ns);
  return fmt::format("User \"{}\" cannot {} resource \"{}\" in API group \"{}\" {}", user.name, attempt.verb,
                     what, attempt.group, where);
}

}  // namespace hearth::access
