// SPDX-License-Identifier: Apache-2.0
#include "cloud/controller/event_recorder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "sdk/base/ids.hpp"
#include "sdk/device/device.hpp"

namespace hearth::controller {
namespace {

using nlohmann::json;

constexpr const char* kComponent = "device-controller";

json event_object(const ApiObject& device, const std::string& name, const wire::Condition& condition,
                  const std::string& time) {
  const bool good = condition.status == wire::ConditionStatus::yes;
  return {{"apiVersion", "v1"},
          {"kind", "Event"},
          {"metadata", {{"name", name}, {"namespace", device.id.ns}}},
          {"involvedObject",
           {{"apiVersion", device::kApiVersion},
            {"kind", "Device"},
            {"namespace", device.id.ns},
            {"name", device.id.name},
            {"uid", device.uid},
            {"resourceVersion", device.resource_version}}},
          {"reason", condition.reason},
          {"message", fmt::format("{}: {}", condition.type, condition.message)},
          {"type", good ? "Normal" : "Warning"},
          {"source", {{"component", kComponent}}},
          {"reportingComponent", kComponent},
          {"reportingInstance", ""},
          {"firstTimestamp", time},
          {"lastTimestamp", time},
          {"count", 1}};
}

}  // namespace

std::string EventRecorder::event_name(const std::string& device) const {
  std::string id = new_id_ ? new_id_() : new_uuid();
  std::erase(id, '-');
  // Kubernetes allows 253 characters.
  return device.substr(0, 236) + "." + id.substr(0, 16);
}

void EventRecorder::transition(const ApiObject& device, const wire::Condition& condition, WallTime now) {
  if (condition.reason == "Pending" || condition.reason == "StateUnknown") return;
  const std::string time = to_rfc3339(now);
  const std::string key =
      fmt::format("{} {} {} {}", device.uid, condition.type, condition.reason, condition.message);
  auto found = known_.find(key);
  if (found == known_.end()) {
    const std::string name = event_name(device.id.name);
    remember(key, {device.id.ns, name, false, false, event_object(device, name, condition, time)});
    found = known_.find(key);
  } else {
    found->second.object["lastTimestamp"] = time;
    found->second.object["count"] = found->second.object["count"].get<std::int64_t>() + 1;
  }
  if (found->second.waiting) return;
  if (waiting_.size() >= kMaxWaiting) {
    ++given_up_;
    return;
  }
  found->second.waiting = true;
  waiting_.push_back(key);
}

void EventRecorder::remember(const std::string& key, Known known) {
  while (known_.size() >= kMaxRemembered && !order_.empty()) {
    if (const auto oldest = known_.find(order_.front()); oldest != known_.end()) {
      keys_.erase(oldest->second.name);
      known_.erase(oldest);
    }
    order_.pop_front();
  }
  keys_[known.name] = key;
  order_.push_back(key);
  known_.emplace(key, std::move(known));
}

std::optional<EventRecorder::Write> EventRecorder::next() {
  while (!waiting_.empty()) {
    const auto found = known_.find(waiting_.front());
    waiting_.pop_front();
    if (found == known_.end()) continue;
    found->second.waiting = false;
    return Write{found->second.ns, found->second.name, found->second.exists, found->second.object};
  }
  return std::nullopt;
}

EventRecorder::Known* EventRecorder::known(const std::string& name) {
  const auto key = keys_.find(name);
  const auto found = key == keys_.end() ? known_.end() : known_.find(key->second);
  return found == known_.end() ? nullptr : &found->second;
}

void EventRecorder::written(const std::string& name, bool ok) {
  if (Known* event = known(name)) event->exists = ok;
}

void EventRecorder::again(const std::string& name) {
  Known* event = known(name);
  if (!event || std::exchange(event->waiting, true)) return;
  waiting_.push_front(keys_.at(name));
}

}  // namespace hearth::controller
