// SPDX-License-Identifier: Apache-2.0
// The node's certificates on disk: ca.crt, node.crt, node.key (0600), all PEM, each replaced as a whole.
// Thread: any; short file I/O.   Errors: unreadable, incomplete or unwritable files give an Error.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "sdk/base/error.hpp"
#include "sdk/base/time.hpp"
#include "sdk/net/x509.hpp"

namespace hearth::edgehub {

struct Credentials {
  std::string ca_pem;
  net::Identity identity;
};

/// Empty when there are none yet, or only some of the files. Ends what a save_credentials() that was cut short began.
Result<std::optional<Credentials>> load_credentials(const std::filesystem::path& folder);

/// Survives a power cut: afterwards the folder holds the old credentials or the new ones, never a key of one and a
/// certificate of the other. Those of another CA are taken out first.
Result<void> save_credentials(const std::filesystem::path& folder, const Credentials& credentials);

/// The subject that KubeEdge wants from 1.16 on: CN system:node:<node>, O system:nodes.
net::Subject node_subject(const std::string& node_name);

/// Whether these would do but for their time: what a renewal takes.
bool expired_only(const Credentials& credentials, const std::string& node_name, WallTime now);

/// Why these cannot be used for this node now; empty: they can. A certificate that is not valid *yet* can be:
/// a host without a battery clock starts in 1970, and its time comes later.
std::string unusable_because(const Credentials& credentials, const std::string& node_name, WallTime now);

}  // namespace hearth::edgehub
