// SPDX-License-Identifier: Apache-2.0
// A layer under one database that counts what SQLite writes and syncs: the write budget of flash cards. /proc/self/io
// would count the whole process.
// Thread: made and ended by the owner; SQLite calls it on the database's thread; the counters may be read anywhere.
// Errors: passed on as they are.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

namespace hearth::store {

class CountingVfs {
 public:
  /// On top of the VFS of this name, which must exist; empty: SQLite's default.
  explicit CountingVfs(const std::string& base);
  /// After the database is closed.
  ~CountingVfs();
  CountingVfs(const CountingVfs&) = delete;
  CountingVfs& operator=(const CountingVfs&) = delete;

  /// To open databases with.
  const std::string& name() const;
  std::uint64_t written_bytes() const;
  std::uint64_t syncs() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace hearth::store
