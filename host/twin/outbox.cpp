// SPDX-License-Identifier: Apache-2.0
#include "host/twin/outbox.hpp"

#include <algorithm>

namespace hearth::twin {
namespace {

constexpr std::chrono::milliseconds kRefusedPause{1000};
const std::set<std::string> kTheOneKey{""};

bool holds(const SentReport& report, const std::string& name) {
  return std::any_of(report.keys.begin(), report.keys.end(),
                     [&](const auto& key) { return key.name == name; });
}

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

// One name counts once, whether it waits, is in flight, or both.
std::size_t Outbox::owed(const Slot& slot) {
  std::size_t count = slot.waiting.size();
  if (!slot.flight) return count;
  for (const auto& key : slot.flight->report.keys)
    count += slot.waiting.contains(key.name) ? 0 : 1;
  return count;
}

void Outbox::owe(const Key& key, const std::set<std::string>& keys, const std::string& event_id) {
  if (keys.empty()) return;
  auto& slot = slots_[key];
  for (const auto& name : keys) {
    if (!slot.waiting.insert(name).second) continue;
    if (!slot.flight || !holds(slot.flight->report, name)) ++pending_;
  }
  if (!event_id.empty()) slot.event_id = event_id;
  enqueue(key, slot);
}

void Outbox::enqueue(const Key& key, Slot& slot) {
  if (slot.queued || slot.flight || slot.waiting.empty()) return;
  slot.queued = true;
  queue_.push_back(key);
}

void Outbox::forget(const DeviceId& device) {
  for (const auto kind : {ReportKind::twin, ReportKind::state, ReportKind::conditions}) {
    const auto found = slots_.find({device, kind});
    if (found == slots_.end()) continue;
    pending_ -= owed(found->second);
    land(found->second);
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
  // A peer of the other kind may be sent what the one before was not.
  for (auto& [key, slot] : slots_)
    enqueue(key, slot);
}

void Outbox::link_down() {
  up_ = false;
  take_back_all();
}

void Outbox::land(Slot& slot) {
  if (!slot.flight) return;
  bytes_ -= slot.flight->report.bytes;
  flights_.erase(slot.flight->msg_id);
  deadlines_.erase({slot.flight->deadline, slot.flight->msg_id});
  slot.flight.reset();
}

// What is unconfirmed is owed again under a new message id: its values may have changed, and a late
// confirmation of the old message must not count for the new values.
void Outbox::take_back(const Key& key, Slot& slot) {
  if (!slot.flight) return;
  for (const auto& sent : slot.flight->report.keys)
    slot.waiting.insert(sent.name);
  if (slot.event_id.empty()) slot.event_id = slot.flight->report.event_id;
  land(slot);
  enqueue(key, slot);
}

void Outbox::take_back_all() {
  for (auto& [key, slot] : slots_)
    take_back(key, slot);
}

void Outbox::take_back_overdue(TimePoint now) {
  while (!deadlines_.empty() && deadlines_.begin()->first <= now) {
    const auto key = flights_.at(deadlines_.begin()->second);
    take_back(key, slots_.at(key));
  }
}

bool Outbox::can_send(const Key& key) const {
  return key.second != ReportKind::conditions || hearth_peer_;
}

std::optional<Report> Outbox::next(TimePoint now) {
  if (!up_ || (hold_until_ && now < *hold_until_)) return std::nullopt;
  hold_until_.reset();
  take_back_overdue(now);
  if (bytes_ >= kMaxInFlight) return std::nullopt;
  while (!queue_.empty()) {
    const auto key = std::move(queue_.front());
    queue_.pop_front();
    const auto slot = slots_.find(key);
    if (slot == slots_.end()) continue;
    slot->second.queued = false;
    if (!can_send(key) || slot->second.flight || slot->second.waiting.empty()) continue;
    return Report{key.first, key.second, slot->second.waiting, slot->second.event_id};
  }
  return std::nullopt;
}

void Outbox::sent(SentReport report, const std::string& msg_id, TimePoint now) {
  const Key key{report.device, report.kind};
  auto& slot = slots_[key];
  for (const auto& sent : report.keys)
    slot.waiting.erase(sent.name);
  bytes_ += report.bytes;
  slot.flight = Flight{msg_id, now + resend_, std::move(report)};
  slot.event_id.clear();
  flights_[msg_id] = key;
  deadlines_.emplace(now + resend_, msg_id);
}

void Outbox::refused(const Report& report, TimePoint now) {
  hold_until_ = now + kRefusedPause;
  const Key key{report.device, report.kind};
  const auto slot = slots_.find(key);
  if (slot == slots_.end() || slot->second.queued) return;
  slot->second.queued = true;
  queue_.push_front(key);
}

void Outbox::drop(const Report& report) {
  const auto found = slots_.find({report.device, report.kind});
  if (found == slots_.end()) return;
  auto& slot = found->second;
  for (const auto& name : report.keys) {
    if (slot.waiting.erase(name) != 0 && !(slot.flight && holds(slot.flight->report, name))) --pending_;
  }
  enqueue(found->first, slot);
  erase_if_done(found);
}

void Outbox::erase_if_done(Slots::iterator slot) {
  if (slot->second.waiting.empty() && !slot->second.flight) slots_.erase(slot);
}

std::optional<SentReport> Outbox::take_flight(const std::string& msg_id) {
  const auto flight = flights_.find(msg_id);
  if (flight == flights_.end()) return std::nullopt;
  const auto slot = slots_.find(flight->second);
  auto report = slot->second.flight->report;
  land(slot->second);
  for (const auto& key : report.keys)
    pending_ -= slot->second.waiting.contains(key.name) ? 0 : 1;
  enqueue(slot->first, slot->second);
  erase_if_done(slot);
  return report;
}

std::optional<SentReport> Outbox::confirm(const std::string& msg_id) {
  auto report = take_flight(msg_id);
  if (report) owe_again_to_stock_peer(*report);
  return report;
}

std::optional<SentReport> Outbox::reject(const std::string& msg_id) {
  return take_flight(msg_id);
}

// CloudCore 1.16.2 to 1.23 writes the first report of a property empty and the second one right.
void Outbox::owe_again_to_stock_peer(const SentReport& confirmed) {
  if (hearth_peer_ || confirmed.kind != ReportKind::twin) return;
  auto& told = told_[confirmed.device];
  std::set<std::string> again;
  for (const auto& key : confirmed.keys) {
    if (told.insert(key.name).second) again.insert(key.name);
  }
  owe({confirmed.device, confirmed.kind}, again, "");
}

std::optional<TimePoint> Outbox::next_due() const {
  if (!up_) return std::nullopt;
  std::optional<TimePoint> next;
  if (!deadlines_.empty()) next = deadlines_.begin()->first;
  if (!queue_.empty() && bytes_ < kMaxInFlight) next = hold_until_.value_or(TimePoint::min());
  return next && hold_until_ ? std::max(*next, *hold_until_) : next;
}

bool Outbox::owes(const DeviceId& device, ReportKind kind) const {
  const auto found = slots_.find({device, kind});
  return found != slots_.end() && !found->second.waiting.empty();
}

}  // namespace hearth::twin
