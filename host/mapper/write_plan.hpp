// SPDX-License-Identifier: Apache-2.0
// Which desired values of one device are still to be written, and when: the newest of each property, tried
// again with growing waits, and never in a circle with a device that keeps refusing.
// Thread: one owner, no I/O.   Errors: none.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sdk/base/backoff.hpp"

namespace hearth::runtime {

class WritePlan {
 public:
  using Time = std::chrono::steady_clock::time_point;

  struct Write {
    std::string property;
    std::string value;
  };

  /// `random` gives numbers in [0, 1): the jitter.
  WritePlan(Backoff::Duration min_backoff, Backoff::Duration max_backoff,
            std::function<double()> random = random_unit)
      : min_(min_backoff), max_(max_backoff), random_(std::move(random)) {}

  /// The twin wants this value. A value already waiting keeps its place; one that the appliance was last seen
  /// with is not written again; one that was written a moment ago and is wanted again (the appliance was
  /// switched back, or refuses) waits a little longer each time.
  void want(const std::string& property, const std::string& value, Time now);
  /// The appliance was seen with this value; if it is the wanted one, there is nothing to write any more.
  void seen(const std::string& property, const std::string& value);
  /// The write worked; what the appliance shows now is yet to be seen.
  void written(const std::string& property, Time now);
  /// The write did not work: again after the backoff.
  void failed(const std::string& property, Time now);
  /// The value can never be written (the mapper says so): dropped until another one is wanted.
  void drop(const std::string& property);
  /// Nobody wants the value any more: not written, until it or another one is wanted.
  void withdraw(const std::string& property);
  /// The appliance was away and may have changed: what was seen of it counts no more.
  void reopened();

  /// What is to be written now.
  std::vector<Write> due(Time now) const;
  /// When something will be due, if anything is waiting.
  std::optional<Time> next_due() const;

 private:
  /// A device that answers differently within this time of a write is refusing, not being used by a person.
  static constexpr std::chrono::seconds kSettleTime{10};

  struct Entry {
    explicit Entry(Backoff b) : backoff(b) {}
    std::string value;
    std::optional<std::string> seen;  ///< since the last write
    bool waiting = false;
    bool dropped = false;
    Time when;
    std::optional<Time> written;
    Backoff backoff;
  };

  Entry& entry_of(const std::string& property);

  Backoff::Duration min_;
  Backoff::Duration max_;
  std::function<double()> random_;
  std::map<std::string, Entry> entries_;
};

}  // namespace hearth::runtime
