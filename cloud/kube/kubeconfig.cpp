// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

#include "cloud/kube/json_access.hpp"
#include "cloud/kube/kube_client.hpp"
#include "sdk/base/base64.hpp"
#include "sdk/schema/yaml_document.hpp"

namespace hearth::kube {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

constexpr std::size_t kMaxFile = 1024 * 1024;
/// Debian's bundle of the public certification authorities: for clusters whose kubeconfig names none.
constexpr const char* kSystemAuthorities = "/etc/ssl/certs/ca-certificates.crt";

Result<std::string> read_file(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return not_found("NoFile", fmt::format("{} cannot be read", file.string()));
  std::string text(kMaxFile + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (text.size() > kMaxFile) return invalid("TooLarge", fmt::format("{} is over 1 MiB", file.string()));
  return text;
}

std::string trimmed(std::string text) {
  const auto end = text.find_last_not_of(" \t\r\n");
  text.erase(end == std::string::npos ? 0 : end + 1);
  return text;
}

/// The entry of a kubeconfig list (clusters, users, contexts): [{name, cluster: {…}}].
Result<json> named_entry(const json& config, std::string_view list, std::string_view member,
                         const std::string& name) {
  const auto found = config.find(list);
  if (found != config.end() && found->is_array()) {
    for (const auto& entry : *found) {
      if (string_at(entry, "name") == name) {
        return {boost::system::in_place_value, object_at(entry, member)};
      }
    }
  }
  return not_found("BadKubeconfig", fmt::format("no {} \"{}\" among its {}", member, name, list));
}

/// KEY-data as base64, else the file that KEY names, else empty.
Result<std::string> inline_or_file(const json& entry, const std::string& key, const fs::path& base) {
  if (const auto data = string_at(entry, key + "-data"); !data.empty()) {
    auto decoded = decode_base64(data);
    if (!decoded) return std::move(decoded).error().within(key + "-data");
    return decoded;
  }
  const auto path = string_at(entry, key);
  if (path.empty()) return std::string();
  auto text = read_file(base / path);
  if (!text) return std::move(text).error().within(key);
  return text;
}

bool is_true(const json& entry, std::string_view key) {
  const auto found = entry.find(key);
  return found != entry.end() && found->is_boolean() && found->get<bool>();
}

Result<void> read_cluster(const json& cluster, const fs::path& base, Access& access) {
  if (is_true(cluster, "insecure-skip-tls-verify")) {
    return invalid(
        "InsecureRefused",
        "insecure-skip-tls-verify is refused; name the cluster's CA in certificate-authority instead");
  }
  for (const auto* unsupported : {"proxy-url", "tls-server-name"}) {
    if (cluster.contains(unsupported)) {
      return invalid("BadKubeconfig", fmt::format("{} is not supported", unsupported));
    }
  }
  auto url = net::parse_url(string_at(cluster, "server"));
  if (!url) return std::move(url).error().within("server");
  if (url->scheme != "https" && url->scheme != "http") {
    return invalid("BadKubeconfig",
                   fmt::format("server: expected an https:// address, got {}://", url->scheme));
  }
  access.server = std::move(*url);
  auto ca = inline_or_file(cluster, "certificate-authority", base);
  if (ca && ca->empty() && access.server.tls()) ca = read_file(kSystemAuthorities);
  if (!ca) return ca.error();
  access.ca_pem = std::move(*ca);
  return {};
}

Result<void> read_user(const json& user, const fs::path& base, Access& access) {
  for (const auto* unsupported : {"exec", "auth-provider", "username"}) {
    if (user.contains(unsupported)) {
      return invalid(
          "BadKubeconfig",
          fmt::format("{} is not supported; expected a client certificate or a token", unsupported));
    }
  }
  auto certificate = inline_or_file(user, "client-certificate", base);
  if (!certificate) return certificate.error();
  auto key = inline_or_file(user, "client-key", base);
  if (!key) return key.error();
  if (certificate->empty() != key->empty()) {
    return invalid("BadKubeconfig", "expected both client-certificate and client-key, got one of them");
  }
  if (!key->empty()) access.identity = net::Identity{std::move(*certificate), std::move(*key)};
  access.bearer_token = trimmed(string_at(user, "token"));
  if (const auto file = string_at(user, "tokenFile"); !file.empty()) access.token_file = base / file;
  return {};
}

Result<Access> read_config(const json& config, const fs::path& base) {
  if (!config.is_object()) return invalid("BadKubeconfig", "expected a mapping at the top");
  const auto current = string_at(config, "current-context");
  if (current.empty()) return invalid("BadKubeconfig", "expected a current-context");
  const auto context = named_entry(config, "contexts", "context", current);
  if (!context) return context.error();
  const auto cluster_name = string_at(*context, "cluster");
  const auto cluster = named_entry(config, "clusters", "cluster", cluster_name);
  if (!cluster) return cluster.error();

  Access access;
  if (auto read = read_cluster(*cluster, base, access); !read) {
    return std::move(read).error().within(fmt::format("cluster \"{}\"", cluster_name));
  }
  if (const auto user_name = string_at(*context, "user"); !user_name.empty()) {
    const auto user = named_entry(config, "users", "user", user_name);
    if (!user) return user.error();
    if (auto read = read_user(*user, base, access); !read) {
      return std::move(read).error().within(fmt::format("user \"{}\"", user_name));
    }
  }
  if (auto ns = string_at(*context, "namespace"); !ns.empty()) access.ns = std::move(ns);
  return access;
}

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

}  // namespace

Result<Access> load_kubeconfig(const fs::path& file) {
  auto text = read_file(file);
  if (!text) return std::move(text).error().within("kubeconfig");
  auto config = schema::parse_yaml_document(*text, file.string());
  if (!config) return config.error();
  auto access = read_config(*config, fs::absolute(file).parent_path());
  if (!access) return std::move(access).error().within("kubeconfig " + file.string());
  return access;
}

ServiceAccount service_account_of_pod() {
  ServiceAccount account;
  account.host = environment("KUBERNETES_SERVICE_HOST");
  account.port = environment("KUBERNETES_SERVICE_PORT");
  return account;
}

Result<Access> in_cluster_access(const ServiceAccount& account) {
  if (account.host.empty() || account.port.empty()) {
    return unavailable("NotInCluster",
                       "expected KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT, as a pod has them");
  }
  auto ca = read_file(account.dir / "ca.crt");
  if (!ca) return std::move(ca).error().within("service account");
  auto token = read_file(account.dir / "token");
  if (!token) return std::move(token).error().within("service account");

  Access access;
  access.server = net::Url{"https", account.host, account.port, "/"};
  access.ca_pem = std::move(*ca);
  access.bearer_token = trimmed(std::move(*token));
  access.token_file = account.dir / "token";
  if (const auto ns = read_file(account.dir / "namespace"); ns && !trimmed(*ns).empty()) {
    access.ns = trimmed(*ns);
  }
  return access;
}

}  // namespace hearth::kube
