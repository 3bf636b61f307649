// SPDX-License-Identifier: Apache-2.0
#include "cloud/hub/node_identity.hpp"

namespace hearth::cloudhub {

NodeIdentity node_identity(const net::Subject& subject, std::string_view node) {
  if (node.empty()) return NodeIdentity::foreign;
  if (subject.common_name == "system:node:" + std::string(node)) return NodeIdentity::named;
  if (subject.common_name == "kubeedge.io") return NodeIdentity::anonymous;
  return NodeIdentity::foreign;
}

bool may_be_issued(const net::Subject& subject, std::string_view node) {
  if (subject.organizations.size() != 1) return false;
  const auto& organization = subject.organizations.front();
  switch (node_identity(subject, node)) {
    case NodeIdentity::named:
      return organization == "system:nodes";
    case NodeIdentity::anonymous:
      return organization == "kubeEdge" || organization == "KubeEdge";
    case NodeIdentity::foreign:
      return false;
  }
  return false;
}

bool may_be_renewed(const net::Subject& current, const net::Subject& wanted, std::string_view node) {
  switch (node_identity(current, node)) {
    case NodeIdentity::named:
      return node_identity(wanted, node) == NodeIdentity::named;
    case NodeIdentity::anonymous:
      return node_identity(wanted, node) != NodeIdentity::foreign;
    case NodeIdentity::foreign:
      return false;
  }
  return false;
}

}  // namespace hearth::cloudhub
