// SPDX-License-Identifier: Apache-2.0
#include "host/twin/outbox.hpp"

#include <algorithm>

namespace hearth::twin {
namespace {

constexpr std::chrono::milliseconds kRefusedPause{1000};
const std::set<std::string> kTheOneKey{""};

}  // namespace

void Outbox::owe_twin(const DeviceId& device, const std::set<std::string>& keys,
                      const std::string& event_id) {
  owe({device, ReportKind::twin}, keys, event_id);
}

void Outbox::owe_state(const DeviceId& device) {
  owe({device, ReportKind::state}, kTheOneKey, "");
}

void Outbox::owe_conditions(const DeviceId& device) {
  owe({device, ReportKind::conditions}, kTheOneKey, "");
}

void Outbox::owe(const Key& key, const std::set<std::string>& keys, const std::string& event_id) {
  if (keys.empty()) return;
  auto& slot = slots_[key];
  slot.waiting.insert(keys.begin(), keys.end());
  if (!event_id.empty()) slot.event_id = event_id;
}

void Outbox::forget(const DeviceId& device) {
  for (const auto kind : {ReportKind::twin, ReportKind::state, ReportKind::conditions}) {
    const auto found = slots_.find({device, kind});
    if (found == slots_.end()) continue;
    if (found->second.flight) flights_.erase(found->second.flight->msg_id);
    slots_.erase(found);
  }
  told_.erase(device);
}

void Outbox::link_up(bool hearth_peer) {
  up_ = true;
  hearth_peer_ = hearth_peer;
  hold_until_.reset();
  told_.clear();
  take_back_all();
}

void Outbox::link_down() {
  up_ = false;
  take_back_all();
}

// What is unconfirmed is owed again under a new message id: its values may have changed, and a late
// confirmation of the old message must not count for the new values.
void Outbox::take_back(Slot& slot) {
  if (!slot.flight) return;
  slot.waiting.merge(slot.flight->keys);
  if (slot.event_id.empty()) slot.event_id = slot.flight->event_id;
  slot.flight.reset();
}

void Outbox::take_back_all() {
  for (auto& [key, slot] : slots_)
    take_back(slot);
  flights_.clear();
}

bool Outbox::can_send(const Key& key) const {
  return up_ && (key.second != ReportKind::conditions || hearth_peer_);
}

std::vector<Report> Outbox::due(TimePoint now) {
  std::vector<Report> reports;
  if (!up_ || (hold_until_ && now < *hold_until_)) return reports;
  hold_until_.reset();
  for (auto& [key, slot] : slots_) {
    if (!can_send(key)) continue;
    if (slot.flight && now < slot.flight->deadline) continue;
    if (slot.flight) flights_.erase(slot.flight->msg_id);
    take_back(slot);
    if (!slot.waiting.empty()) reports.push_back({key.first, key.second, slot.waiting, slot.event_id});
  }
  return reports;
}

void Outbox::sent(const Report& report, const std::string& msg_id, TimePoint now) {
  const Key key{report.device, report.kind};
  auto& slot = slots_[key];
  for (const auto& name : report.keys)
    slot.waiting.erase(name);
  slot.flight = Flight{msg_id, now + resend_, report.keys, report.event_id};
  slot.event_id.clear();
  flights_[msg_id] = key;
}

void Outbox::refused(TimePoint now) {
  hold_until_ = now + kRefusedPause;
}

void Outbox::drop(const Report& report) {
  const auto found = slots_.find({report.device, report.kind});
  if (found == slots_.end()) return;
  for (const auto& name : report.keys)
    found->second.waiting.erase(name);
  if (found->second.waiting.empty() && !found->second.flight) slots_.erase(found);
}

bool Outbox::confirm(const std::string& msg_id) {
  const auto flight = flights_.find(msg_id);
  if (flight == flights_.end()) return false;
  const Key key = flight->second;
  flights_.erase(flight);
  auto& slot = slots_[key];
  const auto confirmed = std::move(slot.flight->keys);
  slot.flight.reset();
  owe_again_to_stock_peer(key, slot, confirmed);
  if (slot.waiting.empty()) slots_.erase(key);
  return true;
}

// CloudCore 1.16.2 to 1.23 writes the first report of a property empty and the second one right.
void Outbox::owe_again_to_stock_peer(const Key& key, Slot& slot, const std::set<std::string>& confirmed) {
  if (hearth_peer_ || key.second != ReportKind::twin) return;
  auto& told = told_[key.first];
  for (const auto& name : confirmed) {
    if (told.insert(name).second) slot.waiting.insert(name);
  }
}

std::optional<TimePoint> Outbox::next_due() const {
  std::optional<TimePoint> next;
  for (const auto& [key, slot] : slots_) {
    if (!can_send(key)) continue;
    const auto when = slot.flight ? slot.flight->deadline : hold_until_.value_or(TimePoint::min());
    if (!next || when < *next) next = when;
  }
  return next && hold_until_ ? std::max(*next, *hold_until_) : next;
}

std::size_t Outbox::pending() const {
  std::size_t count = 0;
  for (const auto& [key, slot] : slots_) {
    count += slot.waiting.size();
    if (!slot.flight) continue;
    for (const auto& name : slot.flight->keys)
      count += slot.waiting.contains(name) ? 0 : 1;
  }
  return count;
}

}  // namespace hearth::twin
