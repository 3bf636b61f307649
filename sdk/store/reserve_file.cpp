// SPDX-License-Identifier: Apache-2.0
#include "sdk/store/reserve_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include "sdk/store/files.hpp"

namespace hearth::store {
namespace {

/// Else the reserve itself would be what fills the disk.
constexpr std::uintmax_t kRoomNeeded = 4;

bool allocate(const std::filesystem::path& file, std::size_t bytes) {
  const int fd = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) return false;
  const bool ok = ::posix_fallocate(fd, 0, static_cast<off_t>(bytes)) == 0;
  ::close(fd);
  if (!ok) ::unlink(file.c_str());
  return ok;
}

}  // namespace

ReserveFile::ReserveFile(std::filesystem::path file, std::size_t bytes)
    : file_(std::move(file)), bytes_(bytes), held_(bytes > 0 && size_of(file_) == bytes) {
  renew();
}

bool ReserveFile::release() {
  if (!held_) return false;
  held_ = false;
  return ::unlink(file_.c_str()) == 0;
}

void ReserveFile::renew() {
  if (held_ || bytes_ == 0) return;
  std::error_code error;
  const auto space = std::filesystem::space(file_.parent_path(), error);
  if (error || space.available < kRoomNeeded * bytes_) return;
  held_ = allocate(file_, bytes_);
}

}  // namespace hearth::store
