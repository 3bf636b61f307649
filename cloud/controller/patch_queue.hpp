// SPDX-License-Identifier: Apache-2.0
// Which device's status is to be written next: at most one write under way per device, what comes meanwhile is
// merged and waits, what was refused is tried again after a growing pause with the newest values. What nodes have
// reported goes before upkeep. Its size is bound by the number of devices; receipts of one device by kMaxReceipts.
// Thread: plain value, one owner.   Errors: none.
#pragma once

#include <chrono>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cloud/controller/controller_options.hpp"
#include "cloud/controller/status_builder.hpp"
#include "sdk/base/ids.hpp"

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

  /// Changes for an older UID of the device fall away.
  void add(const DeviceId& device, const std::string& uid, StatusChange change, Receipt receipt);
  /// Only to work out anew what the controller says of the device.
  void touch(const DeviceId& device, const std::string& uid);
  /// What is known already and has gone from the status: beneath everything else.
  void restore(const DeviceId& device, const std::string& uid, StatusChange known);
  /// A change that has time until `due`, beneath everything that comes before it is written.
  void later(const DeviceId& device, const std::string& uid, StatusChange change, SteadyTime due);

  /// The next device whose time has come; it is under way until done() or failed(). Without `upkeep` only those
  /// that have been reported of.
  std::optional<Work> next(SteadyTime now, bool upkeep = true);
  void done(const DeviceId& device);
  /// The work goes back beneath what came meanwhile: `refused` after a pause of its own, otherwise at the queue's
  /// end.
  void failed(Work work, SteadyTime now, bool refused);
  /// Takes out a device that is gone, with what was owed for it.
  std::vector<Receipt> remove(const DeviceId& device);
  bool is_under_way(const DeviceId& device) const;
  bool has_ready() const { return !reported_.empty() || !upkeep_.empty(); }
  /// When a paused device's time comes; nothing while none is paused.
  std::optional<SteadyTime> next_due() const;
  /// Devices with something to be written or under way.
  std::size_t size() const { return entries_.size(); }

 private:
  enum class Line { none, upkeep, reported };

  struct Entry {
    std::string uid;
    StatusChange change;
    std::deque<Receipt> receipts;
    bool wanted = false;  ///< something is to be written
    bool under_way = false;
    bool paused = false;                 ///< after a refusal
    bool deferred = false;               ///< holds a change that has time
    bool scheduled = false;              ///< stands in paused_ for it
    Line line = Line::none;              ///< where it stands
    std::chrono::milliseconds pause{0};  ///< the last one
  };

  Entry& entry_for(const DeviceId& device, const std::string& uid);
  void enqueue(const DeviceId& device, Entry& entry);
  void wake_paused(SteadyTime now);
  std::optional<Work> take(std::deque<DeviceId>& ready, Line line);

  std::map<DeviceId, Entry> entries_;
  std::deque<DeviceId> reported_;
  std::deque<DeviceId> upkeep_;
  std::multimap<SteadyTime, DeviceId> paused_;
};

}  // namespace hearth::controller
