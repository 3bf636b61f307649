// SPDX-License-Identifier: Apache-2.0
#include "host/twin/expiries.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <limits>
#include <vector>

#include "sdk/wire/twin_document.hpp"

namespace hearth::twin {
namespace {

// The wall clock may be set meanwhile, which no alarm tells.
constexpr std::int64_t kLongestWaitMs = 30'000;

}  // namespace

void Expiries::watch(const DeviceId& id) {
  const auto* device = core_.table.find(id);
  const auto next = device ? next_expiry(device->properties) : std::nullopt;
  if (next) {
    next_[id] = *next;
  } else if (next_.erase(id) == 0) {
    return;
  }
  arm();
}

void Expiries::check(const DeviceId& id) {
  const auto next = next_.find(id);
  if (next == next_.end() || next->second > core_.time.now_ms()) return;
  if (const auto* device = core_.table.find(id)) expire(id, *device);
  watch(id);
}

void Expiries::check_all() {
  const auto now = core_.time.now_ms();
  std::vector<DeviceId> due;
  for (const auto& [id, when] : next_) {
    if (when <= now) due.push_back(id);
  }
  for (const auto& id : due)
    check(id);
  arm();
}

void Expiries::expire(const DeviceId& id, const TwinDevice& device) {
  const auto change = plan_expiry(device.properties, core_.model_of(id), core_.time.now_ms());
  if (change.empty()) return;
  core_.adopt(id, change);
  core_.store.flush();
  for (const auto& [key, next] : change.properties) {
    core_.metrics
        .counter("hearth_twin_expired_total",
                 "Desired values whose time was over, by what had become of them",
                 {{"carried_out", next->lapse == Lapse::met ? "yes" : "no"}})
        .Increment();
    spdlog::debug("twin: {}: the desired value of {} has expired", id.str(), key);
  }
  core_.publish_of(id, wire::TopicKind::twin_update_document,
                   wire::twin_document_text(new_uuid(), core_.now_ms(), change.document));
  reports_.owe_twin(id, change.reported_keys(), "");
  reports_.owe_conditions(id);
}

void Expiries::arm() {
  auto next = std::numeric_limits<std::int64_t>::max();
  for (const auto& [id, when] : next_)
    next = std::min(next, when);
  if (next_.empty()) return alarm_->cancel();
  const auto wait = std::clamp<std::int64_t>(next - core_.time.now_ms(), 0, kLongestWaitMs);
  alarm_->set(core_.scheduler.now() + std::chrono::milliseconds(wait), [this] { check_all(); });
}

}  // namespace hearth::twin
