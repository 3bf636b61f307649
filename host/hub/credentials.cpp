// SPDX-License-Identifier: Apache-2.0
#include "host/hub/credentials.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>

#include "sdk/net/tls.hpp"

namespace hearth::edgehub {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxFile = 1024 * 1024;
constexpr mode_t kPublic = 0644;
constexpr mode_t kPrivate = 0600;

Error cannot_write(const fs::path& file, int error) {
  return unavailable("CannotWrite", "cannot write " + file.string() + ": " + std::strerror(error));
}

/// Empty when there is no such file.
Result<std::string> read_file(const fs::path& file) {
  std::error_code error;
  if (!fs::exists(file, error)) return std::string();
  std::ifstream in(file, std::ios::binary);
  // Held as long as the host runs, three of them: no more room than they need.
  std::string text(std::min<std::uintmax_t>(fs::file_size(file, error), kMaxFile), '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (in.bad() || (!in && in.gcount() == 0 && !in.eof())) {
    return unavailable("CannotRead", "cannot read " + file.string());
  }
  text.resize(static_cast<std::size_t>(in.gcount()));
  return text;
}

bool write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

void sync_folder(const fs::path& folder) {
  const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return;
  ::fsync(fd);
  ::close(fd);
}

fs::path fresh_of(const fs::path& file) {
  return file.string() + ".new";
}

/// Beside its place, on disk.
Result<void> write_fresh(const fs::path& file, std::string_view text, mode_t mode) {
  const fs::path fresh = fresh_of(file);
  ::unlink(fresh.c_str());  // a leftover may have another mode
  const int fd = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  if (fd < 0) return cannot_write(fresh, errno);
  const bool written = write_all(fd, text) && ::fsync(fd) == 0;
  const int error = errno;
  ::close(fd);
  if (!written) return cannot_write(fresh, error);
  return {};
}

/// On disk before it returns, so that steps keep their order over a power cut.
Result<void> take_place(const fs::path& file) {
  if (::rename(fresh_of(file).c_str(), file.c_str()) != 0) return cannot_write(file, errno);
  sync_folder(file.parent_path());
  return {};
}

Result<Credentials> read_all(const fs::path& folder) {
  auto ca = read_file(folder / "ca.crt");
  if (!ca) return ca.error();
  auto certificate = read_file(folder / "node.crt");
  if (!certificate) return certificate.error();
  auto key = read_file(folder / "node.key");
  if (!key) return key.error();
  return Credentials{std::move(*ca), {std::move(*certificate), std::move(*key)}};
}

bool fit_together(const Credentials& credentials) {
  return net::make_client_tls({credentials.ca_pem, credentials.identity}).has_value();
}

/// save_credentials() was cut short between the certificate and its key, which waits beside its place.
Result<void> end_cut_save(const fs::path& folder, Credentials& credentials) {
  auto key = read_file(fresh_of(folder / "node.key"));
  if (!key) return key.error();
  auto whole = credentials;
  whole.identity.key_pem = std::move(*key);
  if (whole.identity.key_pem.empty() || !fit_together(whole)) return {};
  credentials = std::move(whole);
  return take_place(folder / "node.key");
}

}  // namespace

Result<std::optional<Credentials>> load_credentials(const fs::path& folder) {
  auto credentials = read_all(folder);
  if (!credentials) return credentials.error();
  const auto& identity = credentials->identity;
  if (credentials->ca_pem.empty() || identity.certificate_pem.empty()) return std::optional<Credentials>();
  if (identity.key_pem.empty() || !fit_together(*credentials)) {
    const auto ended = end_cut_save(folder, *credentials);
    if (!ended) return ended.error();
  }
  if (identity.key_pem.empty()) return std::optional<Credentials>();
  return std::optional(std::move(*credentials));
}

Result<void> save_credentials(const fs::path& folder, const Credentials& credentials) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error)
    return unavailable("CannotWrite", "cannot make the folder " + folder.string() + ": " + error.message());
  const auto old_ca = read_file(folder / "ca.crt");
  const bool same_ca = old_ca && *old_ca == credentials.ca_pem;
  // Without a certificate the set is incomplete: nothing of the old cloud is used with the new one.
  if (!same_ca) fs::remove(folder / "node.crt", error);
  const auto ca = write_fresh(folder / "ca.crt", credentials.ca_pem, kPublic);
  if (!ca) return ca.error();
  const auto key = write_fresh(folder / "node.key", credentials.identity.key_pem, kPrivate);
  if (!key) return key.error();
  const auto certificate = write_fresh(folder / "node.crt", credentials.identity.certificate_pem, kPublic);
  if (!certificate) return certificate.error();
  for (const char* file : {"ca.crt", "node.crt", "node.key"}) {
    const auto placed = take_place(folder / file);
    if (!placed) return placed.error();
  }
  return {};
}

net::Subject node_subject(const std::string& node_name) {
  return {"system:node:" + node_name, {"system:nodes"}};
}

bool expired_only(const Credentials& credentials, const std::string& node_name, WallTime now) {
  const auto info = net::certificate_info(credentials.identity.certificate_pem);
  if (!info || info->not_after > now) return false;
  return unusable_because(credentials, node_name, info->not_after - std::chrono::seconds(1)).empty();
}

std::string unusable_because(const Credentials& credentials, const std::string& node_name, WallTime now) {
  const auto info = net::certificate_info(credentials.identity.certificate_pem);
  if (!info) return "the node's certificate cannot be read (" + info.error().text + ")";
  const auto context = net::make_client_tls({credentials.ca_pem, credentials.identity});
  if (!context) return "the node's certificates do not fit together (" + context.error().text + ")";
  const auto wanted = node_subject(node_name).common_name;
  if (info->subject.common_name != wanted) {
    return "the certificate is for " + info->subject.common_name + ", not for " + wanted;
  }
  if (info->not_after <= now) return "the certificate expired at " + to_rfc3339(info->not_after);
  return {};
}

}  // namespace hearth::edgehub
