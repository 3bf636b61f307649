// SPDX-License-Identifier: Apache-2.0
#include "cloud/api/access_control.hpp"

#include <algorithm>
#include <array>

#include "cloud/access/token.hpp"

namespace hearth::api {

using nlohmann::json;

namespace {

constexpr std::array kRbacResources = {
    "clusterrolebindings.rbac.authorization.k8s.io", "clusterroles.rbac.authorization.k8s.io",
    "rolebindings.rbac.authorization.k8s.io", "roles.rbac.authorization.k8s.io"};

bool is_rbac(const std::string& resource) {
  return std::find(kRbacResources.begin(), kRbacResources.end(), resource) != kRbacResources.end();
}

bool holds_token(const ObjectPtr& secret) {
  return secret->text().find("kubernetes.io/service-account-token") != std::string::npos;
}

}  // namespace

void AccessControl::load(const Transaction& stored) {
  for (const auto* resource : kRbacResources) {
    for (const auto& object : stored.list(resource, ""))
      take({resource, namespace_of(*object), name_of(*object)}, object);
  }
  for (const auto* resource : {"serviceaccounts", "secrets", kTokenRecords}) {
    for (const auto& object : stored.list(resource, ""))
      take({resource, namespace_of(*object), name_of(*object)}, object);
  }
  rebuild();
}

void AccessControl::follow(const std::vector<ChangePtr>& changes) {
  bool roles_changed = false;
  for (const auto& change : changes)
    roles_changed |= take(change->key, change->deleted ? nullptr : change->object);
  if (roles_changed) rebuild();
}

/// True when roles or bindings changed. `object` is null for one that is gone.
bool AccessControl::take(const Key& key, const ObjectPtr& object) {
  if (key.resource == "serviceaccounts") {
    take_uid(accounts_, key, object);
  } else if (key.resource == "secrets") {
    take_uid(secrets_, key, object != nullptr && holds_token(object) ? object : nullptr);
  } else if (key.resource == kTokenRecords) {
    take_token(key, object);
  }
  if (!is_rbac(key.resource)) return false;
  if (object == nullptr) {
    objects_.erase(key);
  } else {
    objects_[key] = object->tree();
  }
  return true;
}

void AccessControl::take_uid(Uids& uids, const Key& key, const ObjectPtr& object) {
  const std::lock_guard lock(mutex_);
  if (object == nullptr) {
    uids.erase({key.ns, key.name});
  } else {
    uids[{key.ns, key.name}] = std::string(object->uid());
  }
}

AccessControl::TokenRecord AccessControl::record_of(const json& object) {
  TokenRecord record;
  record.ns = namespace_of(object);
  record.account = text_at(object, {"spec", "account"});
  record.account_uid = text_at(object, {"spec", "accountUid"});
  record.secret = text_at(object, {"spec", "secret"});
  record.secret_uid = text_at(object, {"spec", "secretUid"});
  const auto expires = parse_rfc3339(text_at(object, {"spec", "expires"}));
  record.expires = expires ? *expires : WallTime::max();
  for (const auto& audience : array_at(object, {"spec", "audiences"})) {
    if (audience.is_string()) record.audiences.push_back(audience.get<std::string>());
  }
  return record;
}

void AccessControl::take_token(const Key& key, const ObjectPtr& object) {
  const std::lock_guard lock(mutex_);
  if (object == nullptr) {
    tokens_.erase(key.name);
  } else {
    tokens_[key.name] = record_of(object->tree());
  }
}

void AccessControl::rebuild() {
  access::RbacObjects objects;
  for (const auto& [key, object] : objects_) {
    if (key.resource == kRbacResources[0]) objects.cluster_bindings.push_back(object);
    if (key.resource == kRbacResources[1]) objects.cluster_roles.push_back(object);
    if (key.resource == kRbacResources[2]) objects.bindings.push_back(object);
    if (key.resource == kRbacResources[3]) objects.roles.push_back(object);
  }
  auto made = std::make_shared<const access::Rbac>(objects);
  const std::lock_guard lock(mutex_);
  rbac_.swap(made);
}

access::RbacPtr AccessControl::rbac() const {
  const std::lock_guard lock(mutex_);
  return rbac_;
}

bool AccessControl::alive(const TokenRecord& record) const {
  const auto account = accounts_.find({record.ns, record.account});
  if (account == accounts_.end() || account->second != record.account_uid) return false;
  if (record.secret.empty()) return true;
  const auto secret = secrets_.find({record.ns, record.secret});
  return secret != secrets_.end() && secret->second == record.secret_uid;
}

access::UserPtr AccessControl::user_of(const TokenRecord& record) const {
  access::User user;
  user.name = access::service_account_user(record.ns, record.account);
  user.groups = access::service_account_groups(record.ns);
  user.groups.emplace_back(access::kAuthenticated);
  user.uid = record.account_uid;
  return std::make_shared<const access::User>(std::move(user));
}

AccessControl::Found AccessControl::find_token(std::string_view token, WallTime now) const {
  if (!token.starts_with(access::kTokenPrefix)) {
    auto user = static_tokens_ == nullptr ? nullptr : static_tokens_->find(token);
    if (user == nullptr) return {};
    auto known = *user;
    if (!known.in(access::kAuthenticated)) known.groups.emplace_back(access::kAuthenticated);
    return {std::make_shared<const access::User>(std::move(known)), {kApiAudience}};
  }
  const auto hash = access::token_hash(token);
  const std::lock_guard lock(mutex_);
  const auto found = tokens_.find(hash);
  if (found == tokens_.end() || found->second.expires <= now || !alive(found->second)) return {};
  return {user_of(found->second), found->second.audiences};
}

}  // namespace hearth::api
