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

/// Messages may hold what a device has said, in whatever bytes.
std::string printed(const json& object) {
  return object.dump(-1, ' ', false, json::error_handler_t::replace);
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
  auto object = json::parse(found->second.object);
  object["lastTimestamp"] = to_rfc3339(now);
  object["count"] = object["count"].get<std::int64_t>() + 1;
  found->second.object = printed(object);
  enqueue(found);
  return true;
}

void EventRecorder::begin(const std::string& key, const std::string& ns, const std::string& name,
                          const json& object) {
  enqueue(remember(key, {ns, name, false, false, printed(object)}));
}

void EventRecorder::enqueue(AllKnown::iterator at) {
  if (at->second.waiting) return;
  if (waiting_.size() >= kMaxWaiting) {
    ++given_up_;
    return;
  }
  at->second.waiting = true;
  waiting_.push_back(at);
}

EventRecorder::AllKnown::iterator EventRecorder::remember(const std::string& key, Known known) {
  while (known_.size() >= kMaxRemembered)
    forget_oldest();
  const auto at = known_.emplace(key, std::move(known)).first;
  names_.insert_or_assign(at->second.name, at);
  order_.push_back(at);
  return at;
}

void EventRecorder::forget_oldest() {
  const auto oldest = order_.front();
  order_.pop_front();
  if (oldest->second.waiting) std::erase(waiting_, oldest);
  names_.erase(oldest->second.name);
  known_.erase(oldest);
}

std::optional<EventRecorder::Write> EventRecorder::next() {
  if (waiting_.empty()) return std::nullopt;
  auto& known = waiting_.front()->second;
  waiting_.pop_front();
  known.waiting = false;
  return Write{known.ns, known.name, known.exists, json::parse(known.object)};
}

void EventRecorder::written(const std::string& name, bool ok) {
  if (const auto found = names_.find(name); found != names_.end()) found->second->second.exists = ok;
}

void EventRecorder::again(const std::string& name) {
  const auto found = names_.find(name);
  if (found == names_.end() || std::exchange(found->second->second.waiting, true)) return;
  waiting_.push_front(found->second);
}

}  // namespace hearth::controller
