// SPDX-License-Identifier: Apache-2.0
#include "host/mapper/read_plan.hpp"

namespace hearth::runtime {

ReadPlan::ReadPlan(const std::vector<device::ResolvedProperty>& properties, Duration refresh, Time now)
    : refresh_(refresh) {
  for (const auto& property : properties) {
    Entry entry;
    entry.cycle = property.device.collect_cycle;
    entry.report = property.device.report_to_cloud;
    entry.due = now;
    entries_.emplace(property.model.name, std::move(entry));
  }
}

std::vector<std::string> ReadPlan::due(Time now) const {
  std::vector<std::string> names;
  // Only what is due brings its neighbours along: else cycles shorter than kTogether would never end.
  const auto next = next_due();
  if (!next || *next > now) return names;
  for (const auto& [name, entry] : entries_) {
    if (entry.due <= now + kTogether) names.push_back(name);
  }
  return names;
}

std::optional<ReadPlan::Time> ReadPlan::next_due() const {
  std::optional<Time> next;
  for (const auto& [name, entry] : entries_) {
    if (!next || entry.due < *next) next = entry.due;
  }
  return next;
}

void ReadPlan::done(const std::vector<std::string>& properties, Time now) {
  for (const auto& name : properties) {
    const auto found = entries_.find(name);
    if (found != entries_.end()) found->second.due = now + found->second.cycle;
  }
}

void ReadPlan::soon(const std::string& property, Time now) {
  const auto found = entries_.find(property);
  if (found != entries_.end()) found->second.due = now;
}

bool ReadPlan::worth_reporting(const std::string& property, const std::string& value, Time now) {
  const auto found = entries_.find(property);
  if (found == entries_.end() || !found->second.report) return false;
  auto& entry = found->second;
  if (entry.reported == value && now - entry.reported_at < refresh_) return false;
  entry.reported = value;
  entry.reported_at = now;
  return true;
}

}  // namespace hearth::runtime
