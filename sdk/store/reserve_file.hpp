// SPDX-License-Identifier: Apache-2.0
// Disk space kept aside, FILE.reserve, for the moment in which there is none: given back, it lets through what is
// under way, deletions among it.
// Thread: its owner's.   Errors: none; without room there is no reserve.
#pragma once

#include <cstddef>
#include <filesystem>

namespace hearth::store {

class ReserveFile {
 public:
  /// Makes it at once if there is room; with 0 bytes there never is one.
  ReserveFile(std::filesystem::path file, std::size_t bytes);

  bool held() const { return held_; }
  /// True: there was one, and it is given back.
  bool release();
  /// Makes it again if the disk has several times its size free.
  void renew();

 private:
  std::filesystem::path file_;
  std::size_t bytes_;
  bool held_ = false;
};

}  // namespace hearth::store
