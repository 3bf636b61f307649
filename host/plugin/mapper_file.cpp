// SPDX-License-Identifier: Apache-2.0
#include "host/plugin/mapper_file.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "host/plugin/elf_note.hpp"

namespace hearth::plugin {
namespace {

std::string errno_text() {
  return std::generic_category().message(errno);
}

std::string fingerprint_of(const struct stat& info) {
  return fmt::format("{}:{}:{}:{}.{}:{}.{}:{:o}:{}", info.st_dev, info.st_ino, info.st_size,
                     info.st_mtim.tv_sec, info.st_mtim.tv_nsec, info.st_ctim.tv_sec, info.st_ctim.tv_nsec,
                     info.st_mode, info.st_uid);
}

std::string unsafe_reason(const struct stat& info, const std::filesystem::path& file) {
  if ((info.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    return fmt::format("others than its owner may write the file (mode {:o}); mend it with: chmod go-w {}",
                       info.st_mode & 07777, file.string());
  }
  if (info.st_uid != 0 && info.st_uid != geteuid()) {
    return fmt::format(
        "the file belongs to user {}, expected root or the host's own user {}; mend it with: "
        "chown root {}",
        info.st_uid, geteuid(), file.string());
  }
  return {};
}

/// Closes on the way out.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }
  int release() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

bool read_all(int fd, std::vector<std::uint8_t>& bytes) {
  std::size_t at = 0;
  while (at < bytes.size()) {
    const auto got = ::read(fd, bytes.data() + at, bytes.size() - at);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return false;
    if (got == 0) break;  // it shrank meanwhile; the ELF checks will say so
    at += static_cast<std::size_t>(got);
  }
  bytes.resize(at);
  return true;
}

bool write_all(int fd, std::span<const std::uint8_t> bytes) {
  while (!bytes.empty()) {
    const auto put = ::write(fd, bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(put));
  }
  return true;
}

}  // namespace

std::string fingerprint_of(const std::filesystem::path& file) {
  struct stat info {};
  return ::stat(file.c_str(), &info) == 0 ? fingerprint_of(info) : std::string();
}

Result<MapperFile> read_mapper_file(const std::filesystem::path& file) {
  // Not blocking: somebody may have put a FIFO there.
  const Descriptor fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat info {};
  if (fd.get() < 0 || ::fstat(fd.get(), &info) != 0) {
    return unavailable("Unreadable", "the file cannot be read: " + errno_text());
  }
  if (!S_ISREG(info.st_mode)) return invalid("NotElf", "it is no regular file");
  if (static_cast<std::uintmax_t>(info.st_size) > kMaxMapperSize) {
    return invalid("NotElf", fmt::format("the file is larger than {} MiB", kMaxMapperSize >> 20));
  }
  MapperFile out{fingerprint_of(info), std::vector<std::uint8_t>(static_cast<std::size_t>(info.st_size)),
                 unsafe_reason(info, file)};
  if (!read_all(fd.get(), out.bytes)) {
    return unavailable("Unreadable", "the file cannot be read: " + errno_text());
  }
  return out;
}

Result<PrivateCopy> PrivateCopy::make(std::span<const std::uint8_t> bytes, const std::string& name) {
  Descriptor fd(::memfd_create(name.c_str(), MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (fd.get() < 0 || !write_all(fd.get(), bytes)) {
    return unavailable("Unreadable", "no memory for a copy of the file: " + errno_text());
  }
  if (::fcntl(fd.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) != 0) {
    return unavailable("Unreadable", "the copy of the file cannot be sealed: " + errno_text());
  }
  return PrivateCopy(fd.release());
}

PrivateCopy::~PrivateCopy() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

PrivateCopy::PrivateCopy(PrivateCopy&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

PrivateCopy& PrivateCopy::operator=(PrivateCopy&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

std::filesystem::path PrivateCopy::path() const {
  return fmt::format("/proc/self/fd/{}", descriptor_);
}

}  // namespace hearth::plugin
