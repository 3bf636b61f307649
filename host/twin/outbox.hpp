// SPDX-License-Identifier: Apache-2.0
// What the cloud is still owed: for each device the keys whose newest values it has not confirmed, its state
// and its conditions. Holds names, not values, so a value that changes before it is sent is sent once.
// Thread: none, a state machine without I/O: the owner sends what next() gives and tells how it went.
// Errors: none; a refused message stays owed.
#pragma once

#include <chrono>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "host/twin/device_map.hpp"
#include "sdk/base/ids.hpp"
#include "sdk/wire/topic.hpp"

namespace hearth::twin {

using TimePoint = std::chrono::steady_clock::time_point;

enum class ReportKind { twin, state, conditions };

struct Report {
  DeviceId device;
  ReportKind kind = ReportKind::twin;
  std::set<std::string> keys;  ///< of a twin report; the other kinds have the one key ""
  std::string event_id;        ///< of the newest update among them; empty when none asked for it
};

/// A message that went out.
struct SentReport {
  struct Key {
    std::string name;
    std::uint64_t revision = 0;  ///< of the value that was in the message
  };
  DeviceId device;
  ReportKind kind = ReportKind::twin;
  std::vector<Key> keys;
  std::string event_id;
  std::size_t bytes = 0;
  wire::TopicForm form = wire::TopicForm::full;  ///< how its resource named the device
};

class Outbox {
 public:
  /// Unconfirmed messages hold at most these bytes together; what is owed beyond them waits, by name.
  static constexpr std::size_t kMaxInFlight = 4 * 1024 * 1024;

  explicit Outbox(std::chrono::milliseconds resend) : resend_(resend) {}

  void owe_twin(const DeviceId& device, const std::set<std::string>& keys, const std::string& event_id);
  void owe_state(const DeviceId& device);
  void owe_conditions(const DeviceId& device);
  /// The device is gone; late confirmations find nothing.
  void forget(const DeviceId& device);

  void link_up(bool hearth_peer);
  void link_down();

  /// What is to be sent now: nothing without a link, and one message at a time for each device and kind. To be
  /// followed by sent(), refused() or drop().
  std::optional<Report> next(TimePoint now);
  /// `report.keys` may be fewer than next() gave; the rest stays owed.
  void sent(SentReport report, const std::string& msg_id, TimePoint now);
  /// The link took no more; everything waits a moment.
  void refused(const Report& report, TimePoint now);
  /// It takes more again.
  void has_room() { hold_until_.reset(); }
  /// There is nothing to tell of these keys any more.
  void drop(const Report& report);
  /// The message that was in flight, which is no more; nothing if none was. What it told is owed no longer, except
  /// once more to a stock peer.
  std::optional<SentReport> confirm(const std::string& msg_id);
  /// The same for a message that the cloud does not want: it is owed no longer to anybody.
  std::optional<SentReport> reject(const std::string& msg_id);

  /// When next() may have something again; nothing = not before something else happens.
  std::optional<TimePoint> next_due() const;
  /// Whether these keys wait to be sent.
  bool owes(const DeviceId& device, ReportKind kind) const;
  /// Keys, states and conditions owed.
  std::size_t pending() const { return pending_; }
  std::size_t bytes_in_flight() const { return bytes_; }

 private:
  struct Flight {
    std::string msg_id;
    TimePoint deadline;
    SentReport report;
  };
  struct Slot {
    std::set<std::string> waiting;
    std::string event_id;
    std::optional<Flight> flight;
    bool queued = false;  ///< has its place in queue_
  };
  using Key = std::pair<DeviceId, ReportKind>;
  struct KeyHash {
    std::size_t operator()(const Key& key) const noexcept {
      return DeviceHash{}(key.first) * 31 + static_cast<std::size_t>(key.second);
    }
  };
  using Slots = std::unordered_map<Key, Slot, KeyHash>;

  void owe(const Key& key, const std::set<std::string>& keys, const std::string& event_id);
  void enqueue(const Key& key, Slot& slot);
  void land(Slot& slot);
  void take_back(const Key& key, Slot& slot);
  void take_back_all();
  void take_back_overdue(TimePoint now);
  std::optional<SentReport> take_flight(const std::string& msg_id);
  void owe_again_to_stock_peer(const SentReport& confirmed);
  void erase_if_done(Slots::iterator slot);
  bool can_send(const Key& key) const;
  static std::size_t owed(const Slot& slot);

  std::chrono::milliseconds resend_;
  bool up_ = false;
  bool hearth_peer_ = false;
  std::optional<TimePoint> hold_until_;
  Slots slots_;
  std::deque<Key> queue_;                                  ///< slots with something to send, oldest first
  std::unordered_map<std::string, Key> flights_;           ///< by msg_id
  std::set<std::pair<TimePoint, std::string>> deadlines_;  ///< of the same flights
  std::map<DeviceId, std::set<std::string>> told_;         ///< to a stock peer, on this link
  std::size_t pending_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace hearth::twin
