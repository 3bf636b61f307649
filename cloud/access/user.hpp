// SPDX-License-Identifier: Apache-2.0
// Who asks, as authentication found out, and the names Kubernetes has for users of the system.
// Thread: plain values.   Errors: none.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hearth::access {

struct User {
  std::string name;
  std::vector<std::string> groups;
  std::string uid = {};
  std::map<std::string, std::vector<std::string>> extra = {};
  std::shared_ptr<const User> impersonator = nullptr;  ///< who it really is; null: the user itself

  bool in(std::string_view group) const;
};
using UserPtr = std::shared_ptr<const User>;

/// Its members may do everything, whatever the roles say: nobody can lock themselves out.
inline constexpr std::string_view kMasters = "system:masters";
inline constexpr std::string_view kNodes = "system:nodes";
inline constexpr std::string_view kAuthenticated = "system:authenticated";
inline constexpr std::string_view kUnauthenticated = "system:unauthenticated";
inline constexpr std::string_view kAnonymous = "system:anonymous";

/// system:serviceaccount:NAMESPACE:NAME
std::string service_account_user(std::string_view ns, std::string_view name);
/// system:serviceaccounts and system:serviceaccounts:NAMESPACE
std::vector<std::string> service_account_groups(std::string_view ns);

struct ServiceAccountName {
  std::string ns;
  std::string name;
};
/// Nothing for a user that is none.
std::optional<ServiceAccountName> service_account_of(std::string_view user);

}  // namespace hearth::access
