// SPDX-License-Identifier: Apache-2.0
#include "host/hub/credentials.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

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
  std::string text(kMaxFile, '\0');
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

Result<void> replace_file(const fs::path& file, std::string_view text, mode_t mode) {
  const fs::path fresh = file.string() + ".new";
  ::unlink(fresh.c_str());  // a leftover may have another mode
  const int fd = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  if (fd < 0) return cannot_write(fresh, errno);
  const bool written = write_all(fd, text) && ::fsync(fd) == 0;
  const int error = errno;
  ::close(fd);
  if (!written) return cannot_write(fresh, error);
  if (::rename(fresh.c_str(), file.c_str()) != 0) return cannot_write(file, errno);
  sync_folder(file.parent_path());
  return {};
}

}  // namespace

Result<std::optional<Credentials>> load_credentials(const fs::path& folder) {
  auto ca = read_file(folder / "ca.crt");
  if (!ca) return ca.error();
  auto certificate = read_file(folder / "node.crt");
  if (!certificate) return certificate.error();
  auto key = read_file(folder / "node.key");
  if (!key) return key.error();
  if (ca->empty() || certificate->empty() || key->empty()) return std::optional<Credentials>();
  return std::optional(Credentials{std::move(*ca), {std::move(*certificate), std::move(*key)}});
}

Result<void> save_credentials(const fs::path& folder, const Credentials& credentials) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error)
    return unavailable("CannotWrite", "cannot make the folder " + folder.string() + ": " + error.message());
  fs::remove(folder / "node.crt", error);
  const auto ca = replace_file(folder / "ca.crt", credentials.ca_pem, kPublic);
  if (!ca) return ca.error();
  const auto key = replace_file(folder / "node.key", credentials.identity.key_pem, kPrivate);
  if (!key) return key.error();
  return replace_file(folder / "node.crt", credentials.identity.certificate_pem, kPublic);
}

net::Subject node_subject(const std::string& node_name) {
  return {"system:node:" + node_name, {"system:nodes"}};
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
