// SPDX-License-Identifier: Apache-2.0
// Who did what, when and with which outcome: a line of JSON for each request (audit.k8s.io/v1 Event, level Metadata) in a
// file that is set aside when it is large, or on standard output.
// Thread: write() from any thread, never waits; a thread of its own prints and writes.
// Errors: a file that cannot be opened is told at start; lines that do not fit the queue or cannot be written are counted.
#pragma once

#include <condition_variable>
#include <deque>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <string>
#include <thread>

#include "cloud/access/rbac.hpp"
#include "sdk/base/error.hpp"
#include "sdk/base/metrics.hpp"
#include "sdk/base/time.hpp"

namespace hearth::access {

struct AuditEntry {
  std::string id;
  std::string stage = "ResponseComplete";
  UserPtr user;     ///< null: nobody was found out
  Attempt attempt;  ///< the verb, and the object or the path
  std::string api_version;
  std::string uri;
  std::string address;
  std::string agent;
  int code = 200;
  WallTime received;
  WallTime done;
};

/// One line, without its end.
std::string printed(const AuditEntry& entry);

struct AuditOptions {
  std::string file;  ///< "-": standard output
  std::uintmax_t max_bytes = 100 * 1024 * 1024;
  int kept = 5;  ///< older files, FILE.1 the newest
  std::size_t queue = 16 * 1024;
};

class AuditLog {
 public:
  AuditLog(AuditOptions options, Metrics& metrics);
  /// What was handed in is written.
  ~AuditLog();
  AuditLog(const AuditLog&) = delete;
  AuditLog& operator=(const AuditLog&) = delete;

  Result<void> open();
  void write(AuditEntry entry);

 private:
  void run();
  void write_line(const std::string& line);
  void set_aside();
  bool to_output() const { return options_.file == "-"; }

  AuditOptions options_;
  prometheus::Counter& written_;
  prometheus::Counter& lost_;
  std::ofstream stream_;
  std::uintmax_t size_ = 0;

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<AuditEntry> queue_;
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace hearth::access
