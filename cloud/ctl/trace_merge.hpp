// SPDX-License-Identifier: Apache-2.0
// Puts the trace events of host and cloud and what the user's own watch shows together, report by report.
// Thread: plain value.   Errors: lines that are no trace events are passed over and counted.
#pragma once

#include <chrono>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sdk/base/time.hpp"
#include "sdk/base/trace.hpp"

namespace hearth::ctl {

inline constexpr int kLastStep = 9;

/// mapper→Mosquitto, EventBus, … user.
std::string_view step_name(int step);

/// A JSON line as /trace gives them; nothing for anything else.
std::optional<TraceEvent> parse_trace_event(std::string_view line);

/// The steps of one report.
struct Chain {
  std::string event_id;
  std::vector<TraceEvent> events;  ///< by step, then time

  bool has(int step) const;
  /// The steps from 1 to `step` that are not there.
  std::vector<int> missing(int step) const;
  /// Whether one of its texts says "property=value".
  bool mentions(const std::string& property, const std::string& value) const;
};

/// The head line and one line a step, with the time since the line before.
std::string print_chain(const Chain& chain, const std::string& device);

class TraceMerge {
 public:
  /// A line of either source; the same event again (after a reconnect) changes nothing. `now` is when it came.
  void add_line(std::string_view line, WallTime now);
  /// The watch shows this reported value: step 9 of the reports that are in the API and say so.
  void observe(const std::string& property, const std::string& value, WallTime now);

  /// Chains not printed yet that have every step from 1 to `step`.
  std::vector<Chain> take_complete(int step);
  /// Chains not printed yet to which nothing came since `before`: they may be incomplete.
  std::vector<Chain> take_quiet(WallTime before);
  /// Everything there is counts as printed.
  void forget();
  /// The same, but for the newest.
  void forget_older();

  /// The newest chain, printed or not; null if there is none.
  const Chain* newest() const;
  /// The newest one that was not printed.
  const Chain* newest_waiting() const;
  /// When take_quiet may next have something; nothing if all is printed.
  std::optional<WallTime> oldest_waiting() const;
  std::uint64_t ignored() const { return ignored_; }

 private:
  struct Entry {
    Chain chain;
    WallTime touched;
    bool printed = false;
  };
  struct Seen {
    std::string property;
    std::string value;
    WallTime at;
  };

  Entry& entry(const std::string& event_id);
  void add(TraceEvent event, WallTime now);
  void add_seen(Entry& entry, const Seen& seen, WallTime now);
  void look_back(Entry& entry, WallTime now);

  std::deque<Entry> entries_;          ///< in the order they began
  std::map<std::string, Seen> shows_;  ///< what the watch shows now, by property
  std::deque<Seen> recent_;            ///< what it showed a moment ago
  std::uint64_t ignored_ = 0;
};

}  // namespace hearth::ctl
