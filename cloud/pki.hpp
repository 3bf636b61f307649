// SPDX-License-Identifier: Apache-2.0
// The cloud's own certificates: made at the first start, kept in data_dir/pki, renewed before they end or when the names
// change.
// Thread: start-up; a lock file makes sure that of several processes one makes the CA.
// Errors: files that cannot be read or written give an Error that names them.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "sdk/base/error.hpp"
#include "sdk/net/x509.hpp"

namespace hearth::cloud {

struct Pki {
  net::Identity ca;
  net::Identity server;  ///< CN KubeEdge, with the advertised names
  net::Identity admin;   ///< CN hearth-admin, O system:masters: what the kubeconfig holds
};

/// Names and addresses that are always in the server certificate: localhost, loopback, this machine's name.
std::vector<std::string> own_names();

/// Only the CA, made if there is none: what `hearth-cloud token` needs.
Result<net::Identity> open_ca(const std::filesystem::path& data_dir);

/// Everything. `names` are the server certificate's alternative names.
Result<Pki> open_pki(const std::filesystem::path& data_dir, std::vector<std::string> names);

/// data_dir/kubeconfig, mode 0600, for kubectl and hearthctl.
Result<std::filesystem::path> write_kubeconfig(const std::filesystem::path& data_dir, const Pki& pki,
                                               const std::string& api_url);

/// The CA's certificate and key by their paths below data_dir, as a backup holds them; none if there is no CA.
Result<std::map<std::string, std::string>> ca_files(const std::filesystem::path& data_dir);

/// The CA of a backup's files takes the place of the one that is there, and the certificates that one has signed go: the
/// next start makes them anew. False: it was there already, or the backup has none.
Result<bool> put_ca(const std::filesystem::path& data_dir, const std::map<std::string, std::string>& files);

/// True when these files hold another CA than data_dir.
Result<bool> is_other_ca(const std::filesystem::path& data_dir,
                         const std::map<std::string, std::string>& files);

}  // namespace hearth::cloud
