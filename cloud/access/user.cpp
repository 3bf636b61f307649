// SPDX-License-Identifier: Apache-2.0
#include "cloud/access/user.hpp"

#include <algorithm>

namespace hearth::access {
namespace {

constexpr std::string_view kServiceAccount = "system:serviceaccount:";

}  // namespace

bool User::in(std::string_view group) const {
  return std::find(groups.begin(), groups.end(), group) != groups.end();
}

std::string service_account_user(std::string_view ns, std::string_view name) {
  return std::string(kServiceAccount).append(ns).append(":").append(name);
}

std::vector<std::string> service_account_groups(std::string_view ns) {
  return {"system:serviceaccounts", std::string("system:serviceaccounts:").append(ns)};
}

std::optional<ServiceAccountName> service_account_of(std::string_view user) {
  if (!user.starts_with(kServiceAccount)) return std::nullopt;
  user.remove_prefix(kServiceAccount.size());
  const auto colon = user.find(':');
  if (colon == user.npos || colon == 0 || colon + 1 == user.size()) return std::nullopt;
  return ServiceAccountName{std::string(user.substr(0, colon)), std::string(user.substr(colon + 1))};
}

}  // namespace hearth::access
