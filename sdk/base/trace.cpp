// SPDX-License-Identifier: Apache-2.0
#include "sdk/base/trace.hpp"

namespace hearth {

nlohmann::json to_json(const TraceEvent& event) {
  return {{"sequence", event.sequence}, {"time", to_rfc3339_micro(event.time)},
          {"step", event.step},         {"device", event.device},
          {"eventId", event.event_id},  {"text", event.text}};
}

Trace::Trace(Clock clock, std::size_t capacity) : clock_(std::move(clock)), capacity_(capacity) {}

void Trace::add(int step, const DeviceId& device, std::string event_id, std::string text) {
  const auto now = clock_();
  const std::lock_guard lock(mutex_);
  events_.push_back({++sequence_, now, step, device.str(), std::move(event_id), std::move(text)});
  if (events_.size() > capacity_) events_.pop_front();
}

std::vector<TraceEvent> Trace::after(std::uint64_t sequence, const std::string& device) const {
  const std::lock_guard lock(mutex_);
  std::vector<TraceEvent> found;
  for (const auto& event : events_) {
    if (event.sequence > sequence && (device.empty() || event.device == device)) found.push_back(event);
  }
  return found;
}

std::uint64_t Trace::last() const {
  const std::lock_guard lock(mutex_);
  return sequence_;
}

}  // namespace hearth
