// SPDX-License-Identifier: Apache-2.0
// Who a certificate speaks for: KubeEdge's two styles of a node's subject (kubeedge wire A.4).
// Thread: any, pure functions.   Errors: none.
#pragma once

#include <string>
#include <string_view>

#include "sdk/net/x509.hpp"

namespace hearth::cloudhub {

enum class NodeIdentity {
  named,      ///< CN system:node:<node>: this node and no other
  anonymous,  ///< KubeEdge 1.15's CN kubeedge.io: some node of ours, it cannot be told which
  foreign,    ///< another node or no node at all
};

NodeIdentity node_identity(const net::Subject& subject, std::string_view node);

/// Whether a node may be given a certificate of this subject. Stricter than node_identity(): organizations
/// are Kubernetes groups, so a node must not choose system:masters.
bool may_be_issued(const net::Subject& subject, std::string_view node);

/// Whether the certificate a node has now is enough to be given one of this subject. One that names its node is
/// not exchanged for one that names none, which would speak for every node.
bool may_be_renewed(const net::Subject& current, const net::Subject& wanted, std::string_view node);

}  // namespace hearth::cloudhub
