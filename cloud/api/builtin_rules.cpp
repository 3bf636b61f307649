// SPDX-License-Identifier: Apache-2.0
#include "cloud/api/builtin_rules.hpp"

#include "cloud/api/data_rules.hpp"
#include "cloud/api/role_rules.hpp"
#include "cloud/api/service_tokens.hpp"
#include "sdk/base/base64.hpp"

namespace hearth::api {

using nlohmann::json;

namespace {

constexpr const char* kDefaultAccount = "default";
constexpr const char* kClusterRoles = "clusterroles.rbac.authorization.k8s.io";

std::vector<Violation> violations(const KindName& kind, json& object, const json* old) {
  if (kind.group == kRbacGroup) {
    const bool is_role = kind.kind.ends_with("Role");
    return is_role ? check_role(kind, object) : check_binding(kind, object, old);
  }
  if (!kind.group.empty()) return {};
  if (kind.plural == "configmaps") return check_config_map(object, old);
  if (kind.plural == "secrets") return check_secret(object, old);
  return {};
}

/// A Secret that is to hold a token says whose; the account must be there.
Answer<void> admit_token_secret(const Transaction& transaction, const KindName& kind, json& secret) {
  if (text_at(secret, {"type"}) != kServiceAccountToken) return {};
  const auto account = text_at(secret, {"metadata", "annotations", kServiceAccountName});
  const auto stored = transaction.get({"serviceaccounts", namespace_of(secret), account});
  const auto uid = text_at(secret, {"metadata", "annotations", kServiceAccountUid});
  if (stored == nullptr || (!uid.empty() && uid != stored->uid())) {
    return invalid(kind, name_of(secret),
                   {{std::string("metadata.annotations[") + kServiceAccountName + "]", "FieldValueNotFound",
                     "Not found: " + json(account).dump()}});
  }
  secret["metadata"]["annotations"][kServiceAccountUid] = std::string(stored->uid());
  if (secret.contains("data") && secret["data"].is_object()) secret["data"].erase("token");
  secret["data"]["namespace"] = encode_base64(namespace_of(secret));
  return {};
}

Answer<void> make_default_account(Transaction& transaction, const LifecycleContext& context,
                                  const std::string& ns) {
  if (transaction.get({"serviceaccounts", ns, kDefaultAccount}) != nullptr) return {};
  const LifecycleContext below{context.kinds, context.kinds->find("", "serviceaccounts"), nullptr, nullptr,
                               context.now};
  json account = {{"apiVersion", "v1"},
                  {"kind", "ServiceAccount"},
                  {"metadata", {{"name", kDefaultAccount}, {"namespace", ns}}}};
  const auto made = create_object(transaction, below, std::move(account));
  return made ? Answer<void>() : Answer<void>(made.error());
}

/// Stored without its token, answered with it: it is shown this once.
ObjectPtr with_token(Transaction& transaction, const LifecycleContext& context, const ObjectPtr& made) {
  auto secret = made->tree();
  TokenTerms terms;
  terms.ns = namespace_of(secret);
  terms.account = text_at(secret, {"metadata", "annotations", kServiceAccountName});
  terms.account_uid = text_at(secret, {"metadata", "annotations", kServiceAccountUid});
  terms.secret = name_of(secret);
  terms.secret_uid = std::string(made->uid());
  terms.audiences = {kApiAudience};
  drop_dead_tokens(transaction, terms.ns, context.now);
  secret["data"]["token"] = encode_base64(issue_token(transaction, terms, context.now));
  return Object::of(secret);
}

}  // namespace

Answer<void> admit_builtin(const Transaction& transaction, const LifecycleContext& context, json& object,
                           const json* old) {
  const auto& kind = context.type->name;
  const auto found = violations(kind, object, old);
  if (!found.empty()) return invalid(kind, name_of(object), found);
  if (kind.resource() == "secrets") return admit_token_secret(transaction, kind, object);
  if (kind.group != kRbacGroup) return {};
  if (context.access != nullptr && context.user != nullptr) {
    auto may = check_escalation(transaction, *context.access->rbac(), *context.user, kind, object, old);
    if (!may) return may;
  }
  if (auto rules = aggregated_rules(transaction, object)) object["rules"] = std::move(*rules);
  return {};
}

Answer<ObjectPtr> settle_made(Transaction& transaction, const LifecycleContext& context, ObjectPtr made) {
  const auto resource = context.type->resource();
  if (resource == "namespaces") {
    if (auto account = make_default_account(transaction, context, name_of(*made)); !account)
      return account.error();
  }
  if (resource == kClusterRoles) settle_roles(transaction);
  if (resource == "secrets" && text_at(made->tree(), {"type"}) == kServiceAccountToken)
    return with_token(transaction, context, made);
  return made;
}

void settle_changed(Transaction& transaction, const LifecycleContext& context, const Key& key) {
  if (key.resource == kClusterRoles) settle_roles(transaction);
  if (key.resource != "serviceaccounts" || key.name != kDefaultAccount || transaction.get(key) != nullptr)
    return;
  const auto ns = transaction.get({"namespaces", {}, key.ns});
  if (ns == nullptr || text_at(ns->tree(), {"status", "phase"}) == "Terminating") return;
  static_cast<void>(make_default_account(transaction, context, key.ns));
}

Answer<ObjectPtr> heal_builtin(Transaction& transaction, const RegistryPtr& kinds, WallTime now) {
  const LifecycleContext context{kinds, kinds->find("", "serviceaccounts"), nullptr, nullptr, now};
  for (const auto& ns : transaction.list("namespaces", "")) {
    if (text_at(ns->tree(), {"status", "phase"}) == "Terminating") continue;
    if (auto made = make_default_account(transaction, context, name_of(*ns)); !made) return made.error();
  }
  drop_dead_tokens(transaction, "", now);
  return ObjectPtr();
}

}  // namespace hearth::api
