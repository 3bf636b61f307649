// SPDX-License-Identifier: Apache-2.0
#include "cloud/hub/upgrade_check.hpp"

#include <fmt/format.h>

#include "cloud/hub/node_identity.hpp"
#include "sdk/base/ids.hpp"

namespace hearth::cloudhub {

std::optional<Refusal> check_upgrade(const UpgradeFacts& facts) {
  if (!facts.is_upgrade) return Refusal{400, "a WebSocket upgrade was expected", {}};
  if (!is_dns_subdomain(facts.node_id)) return Refusal{400, "the header node_id must be a node's name", {}};
  // Stock servers start no reader for other uses, and no stock node asks for one.
  if (!facts.connection_use.empty() && facts.connection_use != "msg")
    return Refusal{400, "the header ConnectionUse must be msg", {}};
  if (!facts.peer) return Refusal{403, "a client certificate was expected", {}};
  if (node_identity(*facts.peer, facts.node_id) == NodeIdentity::foreign) {
    return Refusal{403,
                   fmt::format("the certificate of {} does not speak for node {}", facts.peer->common_name,
                               facts.node_id),
                   {}};
  }
  return std::nullopt;
}

}  // namespace hearth::cloudhub
