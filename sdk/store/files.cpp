// SPDX-License-Identifier: Apache-2.0
#include "sdk/store/files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace hearth::store {
namespace {

Error system_error(const std::filesystem::path& file) {
  return unavailable("StorageUnavailable", file.string() + ": " + std::strerror(errno));
}

class Descriptor {
 public:
  Descriptor(const std::filesystem::path& file, int flags)
      : fd_(::open(file.c_str(), flags | O_CLOEXEC, 0600)) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  bool is_open() const { return fd_ >= 0; }
  int get() const { return fd_; }

 private:
  int fd_;
};

}  // namespace

Result<void> make_private_file(const std::filesystem::path& file) {
  const Descriptor made(file, O_RDWR | O_CREAT);
  if (!made.is_open() || ::fchmod(made.get(), 0600) != 0) return system_error(file);
  return {};
}

Result<void> copy_private(const std::filesystem::path& from, const std::filesystem::path& to) {
  if (auto made = make_private_file(to); !made) return made;
  std::error_code error;
  std::filesystem::copy_file(from, to, std::filesystem::copy_options::overwrite_existing, error);
  if (error) return unavailable("StorageUnavailable", to.string() + ": " + error.message());
  return sync_file(to);
}

Result<void> sync_file(const std::filesystem::path& file) {
  const Descriptor opened(file, O_RDONLY);
  if (!opened.is_open() || ::fsync(opened.get()) != 0) return system_error(file);
  return {};
}

Result<void> move_into_place(const std::filesystem::path& from, const std::filesystem::path& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) return system_error(from);
  const auto folder = to.parent_path().empty() ? std::filesystem::path(".") : to.parent_path();
  return sync_file(folder);
}

std::uintmax_t size_of(const std::filesystem::path& file) {
  std::error_code error;
  const auto size = std::filesystem::file_size(file, error);
  return error ? 0 : size;
}

}  // namespace hearth::store
