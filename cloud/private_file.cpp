// SPDX-License-Identifier: Apache-2.0
#include "cloud/private_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>
#include <utility>

#include "sdk/base/ids.hpp"

namespace hearth::cloud {
namespace {

Error system_error(const std::filesystem::path& file, std::string_view doing) {
  return unavailable("File", fmt::format("{} {}: {}", doing, file.string(), std::strerror(errno)));
}

Result<void> write_all(int descriptor, std::string_view text, const std::filesystem::path& file) {
  while (!text.empty()) {
    const auto written = ::write(descriptor, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return system_error(file, "cannot write");
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  if (::fsync(descriptor) != 0) return system_error(file, "cannot sync");
  return {};
}

/// A neighbour of the file under a name nobody else has, complete and on disk.
Result<std::filesystem::path> write_neighbour(const std::filesystem::path& file, std::string_view text) {
  std::filesystem::path neighbour = file.string() + "." + new_uuid();
  const int descriptor = ::open(neighbour.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (descriptor < 0) return system_error(neighbour, "cannot make");
  const auto written = write_all(descriptor, text, neighbour);
  ::close(descriptor);
  if (written) return neighbour;
  ::unlink(neighbour.c_str());
  return written.error();
}

/// A rename is durable only once its folder is.
void sync_folder(const std::filesystem::path& folder) {
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return;
  ::fsync(descriptor);
  ::close(descriptor);
}

}  // namespace

Result<std::string> read_file(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) return system_error(file, "cannot read");
  std::ostringstream text;
  text << stream.rdbuf();  // sets badbit where an iterator would throw, as for a folder
  if (text.bad()) return unavailable("File", fmt::format("cannot read {}", file.string()));
  return std::move(text).str();
}

Result<void> write_private_file(const std::filesystem::path& file, std::string_view text) {
  const auto neighbour = write_neighbour(file, text);
  if (!neighbour) return neighbour.error();
  if (::rename(neighbour->c_str(), file.c_str()) != 0) {
    auto failed = system_error(file, "cannot replace");
    ::unlink(neighbour->c_str());
    return failed;
  }
  sync_folder(file.parent_path());
  return {};
}

Result<void> make_private_folder(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) return unavailable("File", fmt::format("cannot make {}: {}", folder.string(), error.message()));
  if (::chmod(folder.c_str(), 0700) != 0) return system_error(folder, "cannot protect");
  return {};
}

Result<FileLock> FileLock::wait(const std::filesystem::path& file) {
  return take(file, LOCK_EX);
}

Result<FileLock> FileLock::attempt(const std::filesystem::path& file) {
  return take(file, LOCK_EX | LOCK_NB);
}

Result<FileLock> FileLock::take(const std::filesystem::path& file, int operation) {
  const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) return system_error(file, "cannot open");
  FileLock lock(descriptor);
  while (::flock(descriptor, operation) != 0) {
    if (errno == EWOULDBLOCK)
      return unavailable("Locked", fmt::format("{} is held by another process", file.string()));
    if (errno != EINTR) return system_error(file, "cannot lock");
  }
  return lock;
}

FileLock::FileLock(FileLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

FileLock::~FileLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace hearth::cloud
