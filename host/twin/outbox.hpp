// SPDX-License-Identifier: Apache-2.0
// What the cloud is still owed: for each device the keys whose newest values it has not confirmed, its state
// and its conditions. Holds names, not values, so a value that changes before it is sent is sent once.
// Thread: none, a state machine without I/O: the owner sends what due() gives and tells how it went.
// Errors: none; a refused message stays owed.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "sdk/base/ids.hpp"

namespace hearth::twin {

using TimePoint = std::chrono::steady_clock::time_point;

enum class ReportKind { twin, state, conditions };

struct Report {
  DeviceId device;
  ReportKind kind = ReportKind::twin;
  std::set<std::string> keys;  ///< of a twin report; the other kinds have the one key ""
  std::string event_id;        ///< of the newest update among them; empty when none asked for it
};

class Outbox {
 public:
  explicit Outbox(std::chrono::milliseconds resend) : resend_(resend) {}

  void owe_twin(const DeviceId& device, const std::set<std::string>& keys, const std::string& event_id);
  void owe_state(const DeviceId& device);
  void owe_conditions(const DeviceId& device);
  /// The device is gone; late confirmations find nothing.
  void forget(const DeviceId& device);

  void link_up(bool hearth_peer);
  void link_down();

  /// What is to be sent now: nothing without a link, and one message at a time for each device and kind.
  std::vector<Report> due(TimePoint now);
  /// `report.keys` may be fewer than due() gave; the rest stays owed.
  void sent(const Report& report, const std::string& msg_id, TimePoint now);
  /// The link took no more; everything waits a moment.
  void refused(TimePoint now);
  /// There is nothing to tell of these keys any more.
  void drop(const Report& report);
  /// True if the message was in flight.
  bool confirm(const std::string& msg_id);

  /// When due() may have something again; nothing = not before something else happens.
  std::optional<TimePoint> next_due() const;
  /// Keys, states and conditions owed.
  std::size_t pending() const;

 private:
  struct Flight {
    std::string msg_id;
    TimePoint deadline;
    std::set<std::string> keys;
    std::string event_id;
  };
  struct Slot {
    std::set<std::string> waiting;
    std::string event_id;
    std::optional<Flight> flight;
  };
  using Key = std::pair<DeviceId, ReportKind>;

  void owe(const Key& key, const std::set<std::string>& keys, const std::string& event_id);
  static void take_back(Slot& slot);
  void take_back_all();
  void owe_again_to_stock_peer(const Key& key, Slot& slot, const std::set<std::string>& confirmed);
  bool can_send(const Key& key) const;

  std::chrono::milliseconds resend_;
  bool up_ = false;
  bool hearth_peer_ = false;
  std::optional<TimePoint> hold_until_;
  std::map<Key, Slot> slots_;
  std::map<std::string, Key> flights_;              ///< by msg_id
  std::map<DeviceId, std::set<std::string>> told_;  ///< to a stock peer, on this link
};

}  // namespace hearth::twin
