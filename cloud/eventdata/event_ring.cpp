// SPDX-License-Identifier: Apache-2.0
#include "cloud/eventdata/event_ring.hpp"

#include <functional>
#include <nlohmann/json.hpp>

#include "sdk/base/base64.hpp"
#include "sdk/base/utf8.hpp"

namespace hearth::eventdata {
namespace {

std::size_t size_of(const TailedEvent& event) {
  return sizeof(TailedEvent) + event.node.size() + event.topic.size() + event.payload.size();
}

}  // namespace

std::string to_json_line(const TailedEvent& event) {
  nlohmann::ordered_json line;
  line["sequence"] = event.sequence;
  line["time"] = to_rfc3339_micro(event.time);
  line["node"] = event.node;
  line["topic"] = event.topic;
  if (is_utf8(event.payload)) {
    line["payload"] = event.payload;
  } else {
    line["payloadBase64"] = encode_base64(event.payload);
  }
  return line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

bool Selection::takes(const TailedEvent& event) const {
  if (!node.empty() && event.node != node) return false;
  if (topic.empty() || topic == "#" || event.topic == topic) return true;
  if (!topic.ends_with("/#")) return false;
  const std::string_view above(topic.data(), topic.size() - 2);
  return event.topic == above || (event.topic.starts_with(above) && event.topic.size() > above.size() &&
                                  event.topic[above.size()] == '/');
}

EventRing::EventRing(Metrics& metrics, RingLimits limits, WallTime started)
    : limits_(limits),
      held_(metrics.gauge("hearth_eventdata_bytes", "Event data held in memory")),
      taken_(metrics.counter("hearth_eventdata_taken_total", "Events that nodes sent")),
      repeated_(metrics.counter("hearth_eventdata_repeated_total", "Events that had been taken before")),
      sequence_(static_cast<std::uint64_t>(
          std::chrono::duration_cast<std::chrono::microseconds>(started.time_since_epoch()).count())) {}

bool EventRing::add(const std::string& msg_id, TailedEvent event) {
  const std::lock_guard lock(mutex_);
  if (seen_before(std::hash<std::string>{}(event.node + "\n" + msg_id))) {
    repeated_.Increment();
    return false;
  }
  taken_.Increment();
  event.sequence = ++sequence_;
  bytes_ += size_of(event);
  events_.push_back(std::move(event));
  while (bytes_ > limits_.max_bytes && events_.size() > 1) {
    bytes_ -= size_of(events_.front());
    events_.pop_front();
  }
  held_.Set(static_cast<double>(bytes_));
  return true;
}

bool EventRing::seen_before(std::size_t key) {
  if (!keys_.insert(key).second) return true;
  order_.push_back(key);
  if (order_.size() > limits_.remembered) {
    keys_.erase(order_.front());
    order_.pop_front();
  }
  return false;
}

std::vector<TailedEvent> EventRing::after(std::uint64_t sequence, const Selection& selection,
                                          std::size_t max_bytes) const {
  const std::lock_guard lock(mutex_);
  std::vector<TailedEvent> found;
  const auto oldest = sequence_ - events_.size();  // of what fell out, the last
  const auto skipped = sequence > oldest ? sequence - oldest : 0;
  std::size_t bytes = 0;
  for (auto i = skipped; i < events_.size() && bytes < max_bytes; ++i) {
    if (!selection.takes(events_[i])) continue;
    bytes += size_of(events_[i]);
    found.push_back(events_[i]);
  }
  return found;
}

std::uint64_t EventRing::last() const {
  const std::lock_guard lock(mutex_);
  return sequence_;
}

}  // namespace hearth::eventdata
