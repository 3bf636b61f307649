// SPDX-License-Identifier: Apache-2.0
// For tests: a VFS over SQLite's own on which only so many bytes can be written before the disk is full.
// Thread: limit() from any; SQLite calls the rest on the database's thread.   Errors: SQLITE_FULL, as of ENOSPC.
#pragma once

#include <sqlite3.h>

#include <atomic>
#include <filesystem>
#include <new>
#include <string>

namespace hearth::test {

/// Counts bytes written, not bytes held: overwriting costs room too. One at a time.
class LimitedDisk {
 public:
  LimitedDisk(std::string name, std::uint64_t limit) : name_(std::move(name)), limit_(limit) {
    base_ = sqlite3_vfs_find(nullptr);
    vfs_ = *base_;
    vfs_.zName = name_.c_str();
    vfs_.szOsFile = static_cast<int>(sizeof(File)) + base_->szOsFile;
    vfs_.xOpen = open;
    vfs_.pNext = nullptr;
    sqlite3_vfs_register(&vfs_, 0);
    active() = this;
  }
  ~LimitedDisk() {
    sqlite3_vfs_unregister(&vfs_);
    active() = nullptr;
  }
  LimitedDisk(const LimitedDisk&) = delete;
  LimitedDisk& operator=(const LimitedDisk&) = delete;

  const std::string& name() const { return name_; }
  void limit(std::uint64_t bytes) { limit_ = bytes; }
  std::uint64_t used() const { return used_; }
  /// Room that this file takes while it is there.
  void count_reserve(std::filesystem::path file, std::uint64_t bytes) {
    reserve_ = std::move(file);
    reserve_bytes_ = bytes;
  }

 private:
  struct File {
    sqlite3_file base{};
    sqlite3_io_methods methods{};
    const sqlite3_io_methods* below = nullptr;
  };

  // SQLite's own VFS keeps its state in its file and looks at pAppData: its file must come first.
  static LimitedDisk*& active() {
    static LimitedDisk* disk = nullptr;
    return disk;
  }

  static File& extra(sqlite3_file* file) {
    return *reinterpret_cast<File*>(reinterpret_cast<char*>(file) + active()->base_->szOsFile);
  }

  static int open(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* out_flags) {
    const int result = active()->base_->xOpen(vfs, name, file, flags, out_flags);
    if (file->pMethods == nullptr) return result;
    auto& added = *new (&extra(file)) File;
    added.below = file->pMethods;
    added.methods = *file->pMethods;
    added.methods.xWrite = write;
    file->pMethods = &added.methods;
    return result;
  }

  static int write(sqlite3_file* file, const void* data, int size, sqlite3_int64 offset) {
    auto& disk = *active();
    const auto more = static_cast<std::uint64_t>(size);
    if (disk.used_ + more > disk.room()) return SQLITE_FULL;
    disk.used_ += more;
    return extra(file).below->xWrite(file, data, size, offset);
  }

  std::uint64_t room() const {
    const bool reserve_gone = reserve_bytes_ > 0 && !std::filesystem::exists(reserve_);
    return limit_ + (reserve_gone ? reserve_bytes_ : 0);
  }

  std::string name_;
  std::atomic<std::uint64_t> limit_;
  std::atomic<std::uint64_t> used_{0};
  std::filesystem::path reserve_;
  std::uint64_t reserve_bytes_ = 0;
  sqlite3_vfs* base_ = nullptr;
  sqlite3_vfs vfs_{};
};

}  // namespace hearth::test
