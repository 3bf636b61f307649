// SPDX-License-Identifier: Apache-2.0
#include "host/mapper/write_plan.hpp"

namespace hearth::runtime {

WritePlan::Entry& WritePlan::entry_of(const std::string& property) {
  return entries_.try_emplace(property, Backoff(min_, max_)).first->second;
}

void WritePlan::want(const std::string& property, const std::string& value, Time now) {
  auto& entry = entry_of(property);
  const bool same = entry.value == value;
  if (same && (entry.waiting || entry.dropped)) return;
  if (!same) entry.written.reset();
  const bool refused = same && entry.written && now - *entry.written < kSettleTime;
  if (!refused) entry.backoff.reset();
  entry.value = value;
  entry.waiting = entry.seen != value;
  entry.dropped = false;
  entry.when = refused ? now + entry.backoff.next(random_()) : now;
}

void WritePlan::seen(const std::string& property, const std::string& value) {
  auto& entry = entry_of(property);
  entry.seen = value;
  if (entry.value == value) entry.waiting = false;
}

void WritePlan::written(const std::string& property, Time now) {
  const auto found = entries_.find(property);
  if (found == entries_.end()) return;
  found->second.waiting = false;
  found->second.written = now;
  found->second.seen.reset();
}

void WritePlan::failed(const std::string& property, Time now) {
  const auto found = entries_.find(property);
  if (found == entries_.end()) return;
  found->second.when = now + found->second.backoff.next(random_());
  found->second.seen.reset();
}

void WritePlan::drop(const std::string& property) {
  const auto found = entries_.find(property);
  if (found == entries_.end()) return;
  found->second.waiting = false;
  found->second.dropped = true;
}

void WritePlan::withdraw(const std::string& property) {
  const auto found = entries_.find(property);
  if (found != entries_.end()) found->second.waiting = false;
}

void WritePlan::reopened() {
  for (auto& [property, entry] : entries_)
    entry.seen.reset();
}

std::vector<WritePlan::Write> WritePlan::due(Time now) const {
  std::vector<Write> writes;
  for (const auto& [property, entry] : entries_) {
    if (entry.waiting && entry.when <= now) writes.push_back({property, entry.value});
  }
  return writes;
}

std::optional<WritePlan::Time> WritePlan::next_due() const {
  std::optional<Time> next;
  for (const auto& [property, entry] : entries_) {
    if (entry.waiting && (!next || entry.when < *next)) next = entry.when;
  }
  return next;
}

}  // namespace hearth::runtime
