// SPDX-License-Identifier: Apache-2.0
// Whether a request may become a node's session: KubeEdge's headers and the client's certificate (kubeedge
// wire A.2, A.3).
// Thread: any, pure function.   Errors: as the status and text to answer with.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "sdk/net/x509.hpp"

namespace hearth::cloudhub {

struct UpgradeFacts {
  bool is_upgrade = false;
  std::string_view node_id;
  std::string_view connection_use;
  std::optional<net::Subject> peer;
};

struct Refusal {
  unsigned status = 400;
  std::string reason;
  std::chrono::seconds retry_after{0};  ///< zero: not said
};

/// Nothing when the session may begin.
std::optional<Refusal> check_upgrade(const UpgradeFacts& facts);

}  // namespace hearth::cloudhub
