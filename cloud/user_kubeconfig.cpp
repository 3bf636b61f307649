// SPDX-License-Identifier: Apache-2.0
#include "cloud/user_kubeconfig.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ostream>

#include "cloud/pki.hpp"
#include "sdk/base/base64.hpp"
#include "sdk/net/http_client.hpp"

namespace hearth::cloud {
namespace {

/// As long as X.509 lets a common name be.
constexpr std::size_t kMaxName = 64;

bool is_plain(const std::string& name) {
  return !name.empty() && name.size() <= kMaxName &&
         std::all_of(name.begin(), name.end(),
                     [](unsigned char c) { return c > ' ' && c < 0x7f && c != '"' && c != '\\'; });
}

Result<void> check(const UserOptions& user) {
  if (!is_plain(user.name)) {
    return invalid("BadUser",
                   fmt::format("\"{}\" is no user's name: expected 1 to {} letters, digits and signs",
                               user.name, kMaxName));
  }
  if (user.name.starts_with("system:"))
    return invalid("BadUser", "names that begin with system: are the system's own");
  const auto bad = std::find_if_not(user.groups.begin(), user.groups.end(), is_plain);
  if (bad != user.groups.end()) return invalid("BadUser", fmt::format("\"{}\" is no group's name", *bad));
  return {};
}

/// The first name the cloud is reached by, or where it listens.
Result<std::string> server_url(const CloudOptions& options, const UserOptions& user) {
  if (!user.server.empty()) return user.server;
  const auto listen = net::parse_host_port(options.api_listen);
  if (!listen) return std::move(listen).error().within("--api-listen");
  auto host = options.advertise.empty() ? listen->host : options.advertise.front();
  if (host == "0.0.0.0" || host == "::") host = "127.0.0.1";
  if (host.find(':') != host.npos) host = "[" + host + "]";
  return fmt::format("https://{}:{}", host, listen->port);
}

}  // namespace

Result<void> print_kubeconfig(const CloudOptions& options, const UserOptions& user, std::ostream& out) {
  if (const auto sound = check(user); !sound) return sound;
  const auto url = server_url(options, user);
  if (!url) return url.error();
  const auto ca = open_ca(options.data_dir);
  if (!ca) return ca.error();
  const auto identity =
      net::make_identity(*ca, {user.name, user.groups}, {{net::Usage::client}, {}, user.lifetime});
  if (!identity) return identity.error();
  out << fmt::format(
      "apiVersion: v1\nkind: Config\ncurrent-context: hearth\n"
      "clusters:\n- name: hearth\n  cluster:\n    server: {}\n    certificate-authority-data: {}\n"
      "contexts:\n- name: hearth\n  context:\n    cluster: hearth\n    user: \"{}\"\n    namespace: default\n"
      "users:\n- name: \"{}\"\n  user:\n    client-certificate-data: {}\n    client-key-data: {}\n",
      *url, encode_base64(ca->certificate_pem), user.name, user.name,
      encode_base64(identity->certificate_pem), encode_base64(identity->key_pem));
  return {};
}

}  // namespace hearth::cloud
