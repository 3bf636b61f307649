// SPDX-License-Identifier: Apache-2.0
#include "cloud/api/authenticate.hpp"

#include <algorithm>

#include "cloud/access/token.hpp"

namespace hearth::api {

using access::User;
using access::UserPtr;

namespace {

constexpr std::string_view kImpersonate = "impersonate-";
constexpr std::string_view kExtra = "impersonate-extra-";

/// Edge nodes have certificates of the same CA, for the hub. They are no users of this API: what everybody who is known
/// may do is not for them.
bool is_node(const net::Subject& subject) {
  const auto& groups = subject.organizations;
  return std::any_of(groups.begin(), groups.end(), [](const std::string& group) {
    return group == access::kNodes || group == "KubeEdge" || group == "kubeEdge";
  });
}

UserPtr user_of(const net::Subject& subject) {
  User user{subject.common_name, subject.organizations};
  if (!is_node(subject)) user.groups.emplace_back(access::kAuthenticated);
  return std::make_shared<const User>(std::move(user));
}

UserPtr nobody() {
  static const auto kNobody = std::make_shared<const User>(
      User{std::string(access::kAnonymous), {std::string(access::kUnauthenticated)}});
  return kNobody;
}

Answer<UserPtr> authenticated(const net::HttpRequest& request, const AccessControl& access, WallTime now) {
  if (request.peer) return user_of(request.peer->subject);
  const auto header = request.headers.get("Authorization");
  if (header.empty()) return nobody();
  const auto token = access::bearer_token(header);
  if (!token) return unauthorized();
  const auto found = access.find_token(*token, now);
  const auto& audiences = found.audiences;
  const bool for_us = std::find(audiences.begin(), audiences.end(), kApiAudience) != audiences.end();
  if (found.user == nullptr || !for_us) return unauthorized();
  return found.user;
}

std::string lower(std::string text) {
  for (auto& c : text)
    c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

/// Nothing when no header asks for it.
std::optional<User> wanted_user(const net::Headers& headers) {
  User user;
  bool asked = false;
  for (const auto& [name, value] : headers) {
    if (name.size() <= kImpersonate.size() || (name[0] != 'I' && name[0] != 'i')) continue;
    const auto known = lower(name);
    if (!known.starts_with(kImpersonate)) continue;
    asked = true;
    if (known == "impersonate-user") user.name = value;
    if (known == "impersonate-group") user.groups.push_back(value);
    if (known == "impersonate-uid") user.uid = value;
    if (known.starts_with(kExtra)) user.extra[known.substr(kExtra.size())].push_back(value);
  }
  return asked ? std::optional(std::move(user)) : std::nullopt;
}

Answer<void> check_one(const User& real, const access::Rbac& rbac, access::Attempt attempt) {
  attempt.verb = "impersonate";
  if (rbac.allows(real, attempt)) return {};
  return forbidden({attempt.group, attempt.resource, ""}, attempt.name, access::refusal(real, attempt));
}

access::Attempt on(std::string resource, std::string name) {
  access::Attempt attempt;
  attempt.resource = std::move(resource);
  attempt.name = std::move(name);
  return attempt;
}

Answer<void> check_impersonation(const User& real, const access::Rbac& rbac, const User& wanted) {
  auto attempt = on("users", wanted.name);
  if (const auto account = access::service_account_of(wanted.name)) {
    attempt = on("serviceaccounts", account->name);
    attempt.ns = account->ns;
  }
  if (auto may = check_one(real, rbac, std::move(attempt)); !may) return may;
  for (const auto& group : wanted.groups) {
    if (auto may = check_one(real, rbac, on("groups", group)); !may) return may;
  }
  if (!wanted.uid.empty()) {
    auto uid = on("uids", wanted.uid);
    uid.group = "authentication.k8s.io";
    if (auto may = check_one(real, rbac, std::move(uid)); !may) return may;
  }
  for (const auto& [key, values] : wanted.extra) {
    for (const auto& value : values) {
      auto extra = on("userextras", value);
      extra.group = "authentication.k8s.io";
      extra.subresource = key;
      if (auto may = check_one(real, rbac, std::move(extra)); !may) return may;
    }
  }
  return {};
}

void complete_groups(User& user) {
  if (const auto account = access::service_account_of(user.name); account && user.groups.empty())
    user.groups = access::service_account_groups(account->ns);
  if (user.name == access::kAnonymous) {
    if (!user.in(access::kUnauthenticated)) user.groups.emplace_back(access::kUnauthenticated);
  } else if (!user.in(access::kAuthenticated)) {
    user.groups.emplace_back(access::kAuthenticated);
  }
}

}  // namespace

Answer<UserPtr> authenticate(const net::HttpRequest& request, const AccessControl& access, WallTime now) {
  auto real = authenticated(request, access, now);
  if (!real) return real;
  auto wanted = wanted_user(request.headers);
  if (!wanted) return real;
  if (wanted->name.empty()) {
    return bad_request(
        "requested impersonation without impersonating a user: the header Impersonate-User is needed");
  }
  if (auto may = check_impersonation(**real, *access.rbac(), *wanted); !may) return may.error();
  complete_groups(*wanted);
  wanted->impersonator = *real;
  return std::make_shared<const User>(std::move(*wanted));
}

}  // namespace hearth::api
