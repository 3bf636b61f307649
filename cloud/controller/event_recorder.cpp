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
// Nodes have no namespace; their Events go where the kubelet's go.
constexpr const char* kNodeNamespace = "default";

json device_reference(const ApiObject& device) {
  return {{"apiVersion", device::kApiVersion},
          {"kind", "Device"},
          {"namespace", device.id.ns},
          {"name", device.id.name},
          {"uid", device.uid},
          {"resourceVersion", device.resource_version}};
}

/// As the kubelet names its node in Events: kubectl describe looks for this uid.
json node_reference(const std::string& node) {
  return {{"apiVersion", "v1"}, {"kind", "Node"}, {"name", node}, {"uid", node}};
}

/// Of one condition the type names a fault, so that False is the good news.
bool is_good_news(const wire::Condition& condition) {
  const auto good =
      condition.type == "DesiredExpired" ? wire::ConditionStatus::no : wire::ConditionStatus::yes;
  return condition.status == good;
}

struct Happening {
  std::string reason;
  std::string message;
  bool good = false;
};

json event_object(const std::string& ns, const std::string& name, json involved, const Happening& what,
                  const std::string& time) {
  return {{"apiVersion", "v1"},
          {"kind", "Event"},
          {"metadata", {{"name", name}, {"namespace", ns}}},
          {"involvedObject", std::move(involved)},
          {"reason", what.reason},
          {"message", what.message},
          {"type", what.good ? "Normal" : "Warning"},
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
  const std::string key =
      fmt::format("{} {} {} {}", device.uid, condition.type, condition.reason, condition.message);
  if (count_again(key, now)) return;
  const std::string name = event_name(device.id.name);
  const Happening what{condition.reason, fmt::format("{}: {}", condition.type, condition.message),
                       is_good_news(condition)};
  begin(key, device.id.ns, name,
        event_object(device.id.ns, name, device_reference(device), what, to_rfc3339(now)));
}

void EventRecorder::of_node(const std::string& node, const std::string& reason, const std::string& message,
                            WallTime now) {
  const std::string key = fmt::format("node {} {}", node, reason);
  if (count_again(key, now)) return;
  const std::string name = event_name(node);
  begin(key, kNodeNamespace, name,
        event_object(kNodeNamespace, name, node_reference(node), {reason, message}, to_rfc3339(now)));
}

bool EventRecorder::count_again(const std::string& key, WallTime now) {
  const auto found = known_.find(key);
  if (found == known_.end()) return false;
  found->second.object["lastTimestamp"] = to_rfc3339(now);
  found->second.object["count"] = found->second.object["count"].get<std::int64_t>() + 1;
  enqueue(key, found->second);
  return true;
}

void EventRecorder::begin(const std::string& key, const std::string& ns, const std::string& name,
                          json object) {
  remember(key, {ns, name, false, false, std::move(object)});
  enqueue(key, known_.at(key));
}

void EventRecorder::enqueue(const std::string& key, Known& known) {
  if (known.waiting) return;
  if (waiting_.size() >= kMaxWaiting) {
    ++given_up_;
    return;
  }
  known.waiting = true;
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
