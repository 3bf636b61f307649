// SPDX-License-Identifier: Apache-2.0
#include "cloud/pki.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>

#include "cloud/private_file.hpp"
#include "sdk/base/base64.hpp"

namespace hearth::cloud {
namespace {

using std::chrono::hours;

constexpr hours kCaLifetime{24 * 365 * 100};
constexpr hours kCertificateLifetime{24 * 365};
/// A certificate with less than this left is made anew at start.
constexpr hours kRenewBefore{24 * 60};

std::filesystem::path folder_of(const std::filesystem::path& data_dir) {
  return data_dir / "pki";
}

Result<net::Identity> read_identity(const std::filesystem::path& stem) {
  auto certificate = read_file(stem.string() + ".crt");
  if (!certificate) return certificate.error();
  auto key = read_file(stem.string() + ".key");
  if (!key) return key.error();
  return net::Identity{std::move(*certificate), std::move(*key)};
}

Result<void> write_identity(const std::filesystem::path& stem, const net::Identity& identity) {
  // The key goes first and comes last: while it is missing the pair is made again, never half used.
  std::error_code none_there;
  std::filesystem::remove(stem.string() + ".key", none_there);
  const auto certificate = write_private_file(stem.string() + ".crt", identity.certificate_pem);
  if (!certificate) return certificate;
  return write_private_file(stem.string() + ".key", identity.key_pem);
}

bool still_good(const net::Identity& identity, const net::Subject& subject,
                const std::vector<std::string>& names) {
  const auto info = net::certificate_info(identity.certificate_pem);
  if (!info || info->subject != subject) return false;
  if (info->not_after < std::chrono::system_clock::now() + kRenewBefore) return false;
  return std::all_of(names.begin(), names.end(), [&](const std::string& name) {
    return std::find(info->alt_names.begin(), info->alt_names.end(), name) != info->alt_names.end();
  });
}

Result<net::Identity> open_identity(const std::filesystem::path& stem, const net::Identity& ca,
                                    const net::Subject& subject, net::SignOptions options) {
  if (auto held = read_identity(stem); held && still_good(*held, subject, options.alt_names)) return held;
  options.lifetime = kCertificateLifetime;
  auto made = net::make_identity(ca, subject, options);
  if (!made) return std::move(made).error().within(stem.string());
  if (const auto written = write_identity(stem, *made); !written) return written.error();
  spdlog::info("pki: made certificate {}.crt for {}", stem.string(), subject.common_name);
  return made;
}

constexpr const char* kCaCertificate = "pki/ca.crt";
constexpr const char* kCaKey = "pki/ca.key";

/// Of a backup; empty where it has none.
Result<net::Identity> ca_in(const std::map<std::string, std::string>& files) {
  const auto certificate = files.find(kCaCertificate);
  const auto key = files.find(kCaKey);
  if (certificate == files.end() || key == files.end()) return net::Identity{};
  net::Identity ca{certificate->second, key->second};
  const auto usable = net::make_identity(ca, {"check", {}}, {{net::Usage::client}, {}, hours(1)});
  if (!usable) return usable.error().within("the CA of the backup");
  return ca;
}

}  // namespace

std::vector<std::string> own_names() {
  std::array<char, 256> machine{};
  gethostname(machine.data(), machine.size() - 1);
  std::vector<std::string> names{"localhost", "127.0.0.1", "::1"};
  if (machine[0] != '\0') names.emplace_back(machine.data());
  return names;
}

Result<net::Identity> open_ca(const std::filesystem::path& data_dir) {
  const auto folder = folder_of(data_dir);
  if (const auto made = make_private_folder(folder); !made) return made.error();
  // Two processes may start at once: the one that comes second finds the first one's CA.
  const auto lock = FileLock::wait(folder / "lock");
  if (!lock) return lock.error();
  const auto stem = folder / "ca";
  std::error_code error;
  if (std::filesystem::exists(stem.string() + ".key", error)) return read_identity(stem);
  auto ca = net::make_ca({"KubeEdge", {}}, kCaLifetime);
  if (!ca) return std::move(ca).error().within("making the CA");
  if (const auto written = write_identity(stem, *ca); !written) return written.error();
  const auto der = net::certificate_pem_to_der(ca->certificate_pem);
  spdlog::info("pki: made the CA in {}, sha256 {}", folder.string(), der ? net::sha256_hex(*der) : "unknown");
  return ca;
}

Result<Pki> open_pki(const std::filesystem::path& data_dir, std::vector<std::string> names) {
  auto ca = open_ca(data_dir);
  if (!ca) return ca.error();
  const auto folder = folder_of(data_dir);
  auto server = open_identity(folder / "server", *ca, {"KubeEdge", {"KubeEdge"}},
                              {{net::Usage::server}, std::move(names), kCertificateLifetime});
  if (!server) return server.error();
  const net::SignOptions client{{net::Usage::client}, {}, kCertificateLifetime};
  auto admin = open_identity(folder / "admin", *ca, {"hearth-admin", {"system:masters"}}, client);
  if (!admin) return admin.error();
  return Pki{std::move(*ca), std::move(*server), std::move(*admin)};
}

Result<std::filesystem::path> write_kubeconfig(const std::filesystem::path& data_dir, const Pki& pki,
                                               const std::string& api_url) {
  const auto file = data_dir / "kubeconfig";
  const auto text = fmt::format(
      "apiVersion: v1\nkind: Config\ncurrent-context: hearth\n"
      "clusters:\n- name: hearth\n  cluster:\n    server: {}\n    certificate-authority-data: {}\n"
      "contexts:\n- name: hearth\n  context:\n    cluster: hearth\n    user: hearth-admin\n    namespace: "
      "default\n"
      "users:\n- name: hearth-admin\n  user:\n    client-certificate-data: {}\n    client-key-data: {}\n",
      api_url, encode_base64(pki.ca.certificate_pem), encode_base64(pki.admin.certificate_pem),
      encode_base64(pki.admin.key_pem));
  if (const auto written = write_private_file(file, text); !written) return written.error();
  return file;
}

Result<std::map<std::string, std::string>> ca_files(const std::filesystem::path& data_dir) {
  std::map<std::string, std::string> files;
  std::error_code error;
  if (!std::filesystem::exists(data_dir / kCaKey, error)) return files;
  const auto ca = read_identity(folder_of(data_dir) / "ca");
  if (!ca) return ca.error();
  files[kCaCertificate] = ca->certificate_pem;
  files[kCaKey] = ca->key_pem;
  return files;
}

Result<bool> is_other_ca(const std::filesystem::path& data_dir,
                         const std::map<std::string, std::string>& files) {
  const auto theirs = ca_in(files);
  if (!theirs) return theirs.error();
  if (theirs->key_pem.empty()) return false;
  const auto ours = read_identity(folder_of(data_dir) / "ca");
  return !ours || ours->certificate_pem != theirs->certificate_pem || ours->key_pem != theirs->key_pem;
}

Result<bool> put_ca(const std::filesystem::path& data_dir, const std::map<std::string, std::string>& files) {
  const auto other = is_other_ca(data_dir, files);
  if (!other || !*other) return other;
  const auto ca = ca_in(files);
  if (!ca) return ca.error();
  const auto folder = folder_of(data_dir);
  if (const auto made = make_private_folder(folder); !made) return made.error();
  const auto lock = FileLock::wait(folder / "lock");
  if (!lock) return lock.error();
  // First those that the old CA has signed: cut short here, the old one signs new ones.
  for (const auto* name : {"server.key", "server.crt", "admin.key", "admin.crt"}) {
    std::error_code none_there;
    std::filesystem::remove(folder / name, none_there);
  }
  if (const auto written = write_identity(folder / "ca", *ca); !written) return written.error();
  return true;
}

}  // namespace hearth::cloud
