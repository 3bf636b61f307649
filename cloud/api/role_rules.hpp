// SPDX-License-Identifier: Apache-2.0
// Roles and bindings: what they must be, and that nobody gives away more than is theirs.
// Thread: pure functions; settle_roles() within a write.   Errors: violations and refusals in Kubernetes' words.
#pragma once

#include <nlohmann/json.hpp>
#include <vector>

#include "cloud/api/access_control.hpp"
#include "cloud/api/base/status.hpp"

namespace hearth::api {

/// Fills in what may be left out. `old` is the stored one, or null.
std::vector<Violation> check_role(const KindName& kind, nlohmann::json& role);
std::vector<Violation> check_binding(const KindName& kind, nlohmann::json& binding,
                                     const nlohmann::json* old);

/// Whether `user` may write that role or binding, besides being allowed the verb.
Answer<void> check_escalation(const Transaction& transaction, const access::Rbac& rbac,
                              const access::User& user, const KindName& kind, const nlohmann::json& object,
                              const nlohmann::json* old);

/// The rules of a ClusterRole that takes them from others, as the store has those; nothing for one that does not.
std::optional<nlohmann::json> aggregated_rules(const Transaction& transaction, const nlohmann::json& role);
/// After a ClusterRole was written or removed: brings those up to date that take rules from others.
void settle_roles(Transaction& transaction);

}  // namespace hearth::api
