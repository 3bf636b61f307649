// SPDX-License-Identifier: Apache-2.0
// A mapper's file on disk: who may have written it, its bytes, and a private copy to load.
// Thread: any.   Errors: codes Unreadable, NotElf, UnsafeFile.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "sdk/base/error.hpp"

namespace hearth::plugin {

/// What tells two versions of a file apart: inode, size, times, mode and owner.
std::string fingerprint_of(const std::filesystem::path& file);

struct MapperFile {
  std::string fingerprint;
  std::vector<std::uint8_t> bytes;
  std::string unsafe;  ///< why it must not be loaded: others could have written it; empty if nobody could
};

/// Looks at the very file it reads (one open, no race with a rename).
Result<MapperFile> read_mapper_file(const std::filesystem::path& file);

/// A sealed copy in memory that no change of the file on disk reaches. The path is valid, and no other copy
/// has the same, as long as the object lives.
class PrivateCopy {
 public:
  static Result<PrivateCopy> make(std::span<const std::uint8_t> bytes, const std::string& name);
  ~PrivateCopy();
  PrivateCopy(PrivateCopy&& other) noexcept;
  PrivateCopy& operator=(PrivateCopy&& other) noexcept;

  std::filesystem::path path() const;

 private:
  explicit PrivateCopy(int descriptor) : descriptor_(descriptor) {}
  int descriptor_;
};

}  // namespace hearth::plugin
