// SPDX-License-Identifier: Apache-2.0
#include "cloud/api/role_rules.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "cloud/api/base/json_view.hpp"

namespace hearth::api {

using nlohmann::json;

namespace {

bool given(const json& rule, const char* name) {
  return !array_at(rule, {name}).empty();
}

Violation required(std::string field, const std::string& why) {
  return {std::move(field), "FieldValueRequired", "Required value" + (why.empty() ? "" : ": " + why)};
}

Violation unsupported(std::string field, const std::string& value, const std::string& supported) {
  return {std::move(field), "FieldValueNotSupported",
          fmt::format("Unsupported value: {}: supported values: {}", in_quotes(value), supported)};
}

void check_rule(const json& rule, const std::string& at, bool cluster, std::vector<Violation>& found) {
  if (!given(rule, "verbs"))
    found.push_back(required(at + ".verbs", "verbs must contain at least one value"));
  if (given(rule, "nonResourceURLs")) {
    const auto shown = "Invalid value: " + array_at(rule, {"nonResourceURLs"}).dump() + ": ";
    if (!cluster) {
      found.push_back({at + ".nonResourceURLs", "FieldValueInvalid",
                       shown + "namespaced rules cannot apply to non-resource URLs"});
    }
    if (given(rule, "apiGroups") || given(rule, "resources") || given(rule, "resourceNames")) {
      found.push_back({at + ".nonResourceURLs", "FieldValueInvalid",
                       shown + "rules cannot apply to both regular resources and non-resource URLs"});
    }
    return;
  }
  if (!given(rule, "apiGroups"))
    found.push_back(required(at + ".apiGroups", "resource rules must supply at least one api group"));
  if (!given(rule, "resources"))
    found.push_back(required(at + ".resources", "resource rules must supply at least one resource"));
}

bool is_cluster(const KindName& kind) {
  return kind.kind.starts_with("Cluster");
}

void check_subject(json& subject, const std::string& at, bool cluster, std::vector<Violation>& found) {
  const auto kind = text_at(subject, {"kind"});
  const bool account = kind == "ServiceAccount";
  if (text_at(subject, {"name"}).empty()) found.push_back(required(at + ".name", ""));
  if (!account && kind != "User" && kind != "Group") {
    found.push_back(unsupported(at + ".kind", kind, R"("ServiceAccount", "User", "Group")"));
    return;
  }
  const auto* group = at_path(subject, {"apiGroup"});
  if (group == nullptr && !account) subject["apiGroup"] = kRbacGroup;
  const auto wanted = account ? std::string() : std::string(kRbacGroup);
  if (group != nullptr && *group != wanted)
    found.push_back(unsupported(at + ".apiGroup", text_at(subject, {"apiGroup"}), in_quotes(wanted)));
  if (account && cluster && text_at(subject, {"namespace"}).empty())
    found.push_back(required(at + ".namespace", ""));
}

void check_ref(const KindName& kind, json& binding, std::vector<Violation>& found) {
  auto& ref = binding["roleRef"];
  if (!ref.is_object()) ref = json::object();
  if (text_at(ref, {"apiGroup"}).empty()) ref["apiGroup"] = kRbacGroup;
  const auto group = text_at(ref, {"apiGroup"});
  if (group != kRbacGroup) found.push_back(unsupported("roleRef.apiGroup", group, in_quotes(kRbacGroup)));
  const auto target = text_at(ref, {"kind"});
  const bool role_fits = target == "Role" && !is_cluster(kind);
  if (target != "ClusterRole" && !role_fits) {
    found.push_back(unsupported("roleRef.kind", target,
                                is_cluster(kind) ? R"("ClusterRole")" : R"("Role", "ClusterRole")"));
  }
  if (text_at(ref, {"name"}).empty()) found.push_back(required("roleRef.name", ""));
}

std::string shown_ref(const json& ref) {
  return fmt::format("rbac.RoleRef{{APIGroup:{}, Kind:{}, Name:{}}}", in_quotes(text_at(ref, {"apiGroup"})),
                     in_quotes(text_at(ref, {"kind"})), in_quotes(text_at(ref, {"name"})));
}

access::Attempt on_role(std::string verb, const std::string& plural, const std::string& ns,
                        const std::string& name) {
  access::Attempt attempt;
  attempt.verb = std::move(verb);
  attempt.group = kRbacGroup;
  attempt.resource = plural;
  attempt.ns = ns;
  attempt.name = name;
  return attempt;
}

/// Whether the labels are those a selector asks for.
bool selects(const json& selector, const json& labels) {
  const auto* wanted = at_path(selector, {"matchLabels"});
  const auto value_of = [&](const std::string& key) { return text_at(labels, {key}); };
  if (wanted != nullptr && wanted->is_object()) {
    for (const auto& [key, value] : wanted->items()) {
      if (!value.is_string() || value_of(key) != value.get_ref<const std::string&>()) return false;
    }
  }
  for (const auto& expression : array_at(selector, {"matchExpressions"})) {
    const auto key = text_at(expression, {"key"});
    const auto how = text_at(expression, {"operator"});
    const auto& values = array_at(expression, {"values"});
    const bool there = at_path(labels, {key}) != nullptr;
    const bool listed = there && std::find(values.begin(), values.end(), value_of(key)) != values.end();
    const bool fits = how == "In"       ? listed
                      : how == "NotIn"  ? !listed
                      : how == "Exists" ? there
                                        : how == "DoesNotExist" && !there;
    if (!fits) return false;
  }
  return true;
}

json labels_of(const json& object) {
  const auto* labels = at_path(object, {"metadata", "labels"});
  return labels == nullptr ? json::object() : *labels;
}

}  // namespace

std::vector<Violation> check_role(const KindName& kind, json& role) {
  std::vector<Violation> found;
  if (at_path(role, {"rules"}) == nullptr) role["rules"] = nullptr;
  const auto& rules = array_at(role, {"rules"});
  for (std::size_t i = 0; i < rules.size(); ++i)
    check_rule(rules[i], fmt::format("rules[{}]", i), is_cluster(kind), found);
  return found;
}

std::vector<Violation> check_binding(const KindName& kind, json& binding, const json* old) {
  std::vector<Violation> found;
  check_ref(kind, binding, found);
  const auto* subjects = at_path(binding, {"subjects"});
  for (std::size_t i = 0; subjects != nullptr && subjects->is_array() && i < subjects->size(); ++i)
    check_subject(binding["subjects"][i], fmt::format("subjects[{}]", i), is_cluster(kind), found);
  if (old != nullptr && at_path(*old, {"roleRef"}) != nullptr &&
      old->at("roleRef") != binding.at("roleRef")) {
    found.push_back({"roleRef", "FieldValueInvalid",
                     "Invalid value: " + shown_ref(binding.at("roleRef")) + ": cannot change roleRef"});
  }
  return found;
}

Answer<void> check_escalation(const Transaction& transaction, const access::Rbac& rbac,
                              const access::User& user, const KindName& kind, const json& object,
                              const json* old) {
  if (user.in(access::kMasters)) return {};
  const auto ns = namespace_of(object);
  const bool is_role = kind.kind.ends_with("Role");
  const auto& member = is_role ? "rules" : "subjects";
  const auto* before = old == nullptr ? nullptr : at_path(*old, {member});
  const auto* after = at_path(object, {member});
  const bool aggregates = at_path(object, {"aggregationRule"}) != nullptr;
  if (before != nullptr && after != nullptr && *before == *after && !aggregates) return {};
  const auto plural = text_at(object, {"roleRef", "kind"}) == "ClusterRole" ? "clusterroles" : "roles";
  const auto role_name = is_role ? name_of(object) : text_at(object, {"roleRef", "name"});
  const auto attempt =
      is_role ? on_role("escalate", kind.plural, ns, role_name) : on_role("bind", plural, ns, role_name);
  if (rbac.allows(user, attempt)) return {};
  auto wanted = access::rules_of(object);
  if (aggregates) wanted.push_back({{"*"}, {"*"}, {"*"}, {}, {}});
  if (!is_role) {
    const bool local = std::string_view(plural) == "roles";
    const KindName target{kRbacGroup, plural, local ? "Role" : "ClusterRole"};
    const auto role = transaction.get({target.resource(), local ? ns : std::string(), role_name});
    if (role == nullptr) return not_found(target, role_name);
    wanted = access::rules_of(role->tree());
  }
  const auto missing = rbac.not_held(user, wanted, ns);
  if (missing.empty()) return {};
  return forbidden(kind, name_of(object), access::escalation(user, missing));
}

std::optional<json> aggregated_rules(const Transaction& transaction, const json& role) {
  const auto& selectors = array_at(role, {"aggregationRule", "clusterRoleSelectors"});
  if (selectors.empty()) return std::nullopt;
  auto rules = json::array();
  for (const auto& stored : transaction.list("clusterroles.rbac.authorization.k8s.io", "")) {
    const auto other = stored->tree();
    if (name_of(other) == name_of(role)) continue;
    const auto labels = labels_of(other);
    const bool wanted = std::any_of(selectors.begin(), selectors.end(),
                                    [&](const json& selector) { return selects(selector, labels); });
    if (!wanted) continue;
    for (const auto& rule : array_at(other, {"rules"})) {
      if (std::find(rules.begin(), rules.end(), rule) == rules.end()) rules.push_back(rule);
    }
  }
  return rules;
}

void settle_roles(Transaction& transaction) {
  // Roles that aggregate may be aggregated themselves: as many rounds as there are levels, and no more than a few.
  constexpr int kRounds = 4;
  for (int i = 0; i < kRounds; ++i) {
    bool changed = false;
    for (const auto& stored : transaction.list("clusterroles.rbac.authorization.k8s.io", "")) {
      if (stored->text().find("aggregationRule") == std::string::npos) continue;
      auto role = stored->tree();
      auto rules = aggregated_rules(transaction, role);
      if (!rules || array_at(role, {"rules"}) == *rules) continue;
      role["rules"] = std::move(*rules);
      const Key key{"clusterroles.rbac.authorization.k8s.io", {}, name_of(role)};
      transaction.put(key, std::move(role));
      changed = true;
    }
    if (!changed) return;
  }
}

}  // namespace hearth::api
