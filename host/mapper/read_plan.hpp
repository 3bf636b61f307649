// SPDX-License-Identifier: Apache-2.0
// When each property of one device is to be read, and which readings are worth a report.
// Thread: one owner, no I/O.   Errors: none.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sdk/device/device.hpp"

namespace hearth::runtime {

class ReadPlan {
 public:
  using Time = std::chrono::steady_clock::time_point;
  using Duration = std::chrono::milliseconds;

  /// Every property is due at once; an unchanged value is worth a report again after `refresh`.
  ReadPlan(const std::vector<device::ResolvedProperty>& properties, Duration refresh, Time now);

  /// What is due now, and with it what is due within kTogether, so that cycles of like length share one read.
  std::vector<std::string> due(Time now) const;
  std::optional<Time> next_due() const;
  /// The properties were read (or tried): each is due again one collect cycle later.
  void done(const std::vector<std::string>& properties, Time now);
  /// To be read at the next turn, whatever the cycle.
  void soon(const std::string& property, Time now);

  /// True if the value is to be reported: the first, a changed one, or the refresh interval has passed.
  bool worth_reporting(const std::string& property, const std::string& value, Time now);

 private:
  static constexpr Duration kTogether{20};

  struct Entry {
    Duration cycle{1000};
    bool report = true;
    Time due;
    std::optional<std::string> reported;
    Time reported_at;
  };

  Duration refresh_;
  std::map<std::string, Entry> entries_;
};

}  // namespace hearth::runtime
