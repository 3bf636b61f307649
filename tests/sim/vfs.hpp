// SPDX-License-Identifier: Apache-2.0
// Lets SQLite work on a simulated Disk. Without shared memory: databases on it need `PRAGMA locking_mode = EXCLUSIVE`
// before anything else.
// Thread: one.   Errors: SQLite's codes, as from a real disk.
#pragma once

#include <sqlite3.h>

#include <string>

#include "tests/sim/disk.hpp"

namespace hearth::sim {

/// Known to SQLite by its name while it lives.
class DiskVfs {
 public:
  DiskVfs(Disk& disk, std::string name, Random random);
  ~DiskVfs();
  DiskVfs(const DiskVfs&) = delete;
  DiskVfs& operator=(const DiskVfs&) = delete;

  const std::string& name() const { return name_; }
  Disk& disk() { return disk_; }
  Random& random() { return random_; }

 private:
  Disk& disk_;
  std::string name_;
  Random random_;
  sqlite3_vfs vfs_{};
};

}  // namespace hearth::sim
