// SPDX-License-Identifier: Apache-2.0
// Which device's status is to be written next: at most one write under way per device, what comes meanwhile is
// merged and waits, what failed is tried again after a growing pause with the newest values. Its size is bound by
// the number of devices; receipts of one device by kMaxReceipts.
// Thread: plain value, one owner.   Errors: none.
#pragma once

#include <chrono>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cloud/controller/status_builder.hpp"
#include "sdk/base/ids.hpp"
#include "sdk/base/time.hpp"

namespace hearth::controller {

/// What is owed for a report once it is written.
struct Receipt {
  std::string node;
  std::string msg_id;    ///< to be confirmed
  std::string event_id;  ///< for the trace
  std::string text;
};

class PatchQueue {
 public:
  struct Work {
    DeviceId device;
    std::string uid;
    StatusChange change;
    std::vector<Receipt> receipts;
  };

  /// Beyond it the oldest receipt falls out: its sender repeats the report.
  static constexpr std::size_t kMaxReceipts = 1024;
  static constexpr std::chrono::milliseconds kMinPause{500};
  static constexpr std::chrono::milliseconds kMaxPause{30'000};

  /// An empty change asks only to bring the status up to date. Changes for an older UID of the device fall away.
  void add(const DeviceId& device, const std::string& uid, const StatusChange& change,
           std::optional<Receipt> receipt = std::nullopt);
  /// The next device whose time has come; it is under way until done() or failed().
  std::optional<Work> next(WallTime now);
  void done(const DeviceId& device);
  /// The work goes back beneath what came meanwhile.
  void failed(Work work, WallTime now);
  /// Takes out a device that is gone, with what was owed for it.
  std::vector<Receipt> remove(const DeviceId& device);
  /// When a paused device's time comes; nothing while none is paused.
  std::optional<WallTime> next_due() const;
  std::size_t waiting() const;

 private:
  struct Entry {
    std::string uid;
    StatusChange change;
    std::deque<Receipt> receipts;
    bool wanted = false;  ///< something is to be written
    bool under_way = false;
    bool queued = false;                 ///< stands in ready_
    std::chrono::milliseconds pause{0};  ///< after the last failure
  };

  void enqueue(const DeviceId& device, Entry& entry);
  void wake_paused(WallTime now);

  std::map<DeviceId, Entry> entries_;
  std::deque<DeviceId> ready_;
  std::multimap<WallTime, DeviceId> paused_;
};

}  // namespace hearth::controller
