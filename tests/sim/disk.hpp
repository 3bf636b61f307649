// SPDX-License-Identifier: Apache-2.0
// A disk in memory that can fill up, break, and lose in a power cut what was written and not synced: whole writes, or
// sectors of one, in any choice. What was synced stays.
// Thread: one.   Errors: each call says how it went; contents never change by a failed one.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/sim/random.hpp"

namespace hearth::sim {

enum class DiskFault {
  none,
  full,    ///< no file can grow
  broken,  ///< no write, no sync
};

enum class Io { ok, full, failed };

class DiskFile {
 public:
  const std::string& content() const { return now_; }
  bool is_synced() const { return pending_.empty(); }

 private:
  friend class Disk;

  struct Change {
    std::size_t offset;
    std::string bytes;
    std::optional<std::size_t> cut_to;  ///< a truncation instead
  };

  static void apply(std::string& image, const Change& change, std::size_t bytes);

  std::string now_;
  std::string durable_;
  std::vector<Change> pending_;
  bool durable_name_ = false;  ///< the folder's entry was synced, too
};

class Disk {
 public:
  static constexpr std::size_t kSector = 512;
  using FilePtr = std::shared_ptr<DiskFile>;

  /// Null if there is none and `create` is not wanted, or not possible.
  FilePtr open(const std::string& name, bool create);
  bool exists(const std::string& name) const { return files_.contains(name); }
  Io remove(const std::string& name);

  Io write(DiskFile& file, std::size_t offset, std::string_view bytes);
  Io truncate(DiskFile& file, std::size_t size);
  Io sync(DiskFile& file);

  void set_fault(DiskFault fault) { fault_ = fault; }
  DiskFault fault() const { return fault_; }
  /// Nothing can be written any more, from now on or after so many further writes: the process's last moment.
  void stop_after(unsigned writes) { writes_left_ = writes; }
  bool stopped() const { return writes_left_ == 0; }
  /// Running again after a kill: what the kernel had is there.
  void restart() { writes_left_.reset(); }
  /// Running again after a power cut.
  void restart_after_power_cut(Random& random);

  std::uint64_t bytes_written() const { return bytes_written_; }

 private:
  Io may_write(bool grows);

  std::map<std::string, FilePtr> files_;
  DiskFault fault_ = DiskFault::none;
  std::optional<unsigned> writes_left_;
  std::uint64_t bytes_written_ = 0;
};

}  // namespace hearth::sim
