// SPDX-License-Identifier: Apache-2.0
#include "cloud/controller/patch_queue.hpp"

#include <algorithm>
#include <utility>

namespace hearth::controller {

PatchQueue::Entry& PatchQueue::entry_for(const DeviceId& device, const std::string& uid) {
  Entry& entry = entries_[device];
  if (entry.uid != uid) {
    entry.uid = uid;
    entry.change = {};
  }
  return entry;
}

void PatchQueue::add(const DeviceId& device, const std::string& uid, StatusChange change, Receipt receipt) {
  Entry& entry = entry_for(device, uid);
  entry.change.merge(std::move(change));
  entry.receipts.push_back(std::move(receipt));
  if (entry.receipts.size() > kMaxReceipts) entry.receipts.pop_front();
  entry.wanted = true;
  enqueue(device, entry);
}

void PatchQueue::touch(const DeviceId& device, const std::string& uid) {
  Entry& entry = entry_for(device, uid);
  entry.change.judge = true;
  entry.wanted = true;
  enqueue(device, entry);
}

void PatchQueue::restore(const DeviceId& device, const std::string& uid, StatusChange known) {
  Entry& entry = entry_for(device, uid);
  known.merge(std::move(entry.change));
  entry.change = std::move(known);
  touch(device, uid);
}

void PatchQueue::later(const DeviceId& device, const std::string& uid, StatusChange change, SteadyTime due) {
  Entry& entry = entry_for(device, uid);
  change.merge(std::move(entry.change));
  entry.change = std::move(change);
  entry.deferred = true;
  if (!std::exchange(entry.scheduled, true)) paused_.emplace(due, device);
}

void PatchQueue::enqueue(const DeviceId& device, Entry& entry) {
  if (entry.under_way || entry.paused) return;
  const Line line = entry.receipts.empty() ? Line::upkeep : Line::reported;
  if (entry.line == line || entry.line == Line::reported) return;
  // One that stood for upkeep and now has a report moves over; take() passes over its old place.
  entry.line = line;
  (line == Line::reported ? reported_ : upkeep_).push_back(device);
}

void PatchQueue::wake_paused(SteadyTime now) {
  while (!paused_.empty() && paused_.begin()->first <= now) {
    const DeviceId device = paused_.begin()->second;
    paused_.erase(paused_.begin());
    const auto found = entries_.find(device);
    if (found == entries_.end()) continue;
    Entry& entry = found->second;
    entry.paused = false;
    entry.scheduled = false;
    entry.wanted = entry.wanted || entry.deferred;
    if (entry.wanted) enqueue(device, entry);
  }
}

std::optional<PatchQueue::Work> PatchQueue::next(SteadyTime now, bool upkeep) {
  wake_paused(now);
  auto work = take(reported_, Line::reported);
  return work || !upkeep ? std::move(work) : take(upkeep_, Line::upkeep);
}

std::optional<PatchQueue::Work> PatchQueue::take(std::deque<DeviceId>& ready, Line line) {
  while (!ready.empty()) {
    const DeviceId device = std::move(ready.front());
    ready.pop_front();
    const auto found = entries_.find(device);
    if (found == entries_.end() || found->second.line != line) continue;
    Entry& entry = found->second;
    entry.line = Line::none;
    entry.wanted = false;
    entry.deferred = false;
    entry.under_way = true;
    Work work{device, entry.uid, std::exchange(entry.change, {}), {}};
    work.receipts.assign(std::make_move_iterator(entry.receipts.begin()),
                         std::make_move_iterator(entry.receipts.end()));
    entry.receipts.clear();
    return work;
  }
  return std::nullopt;
}

void PatchQueue::done(const DeviceId& device) {
  const auto found = entries_.find(device);
  if (found == entries_.end()) return;
  Entry& entry = found->second;
  entry.under_way = false;
  entry.pause = {};
  if (entry.wanted) {
    enqueue(device, entry);
  } else if (!entry.deferred) {
    entries_.erase(found);
  }
}

void PatchQueue::failed(Work work, SteadyTime now, bool refused) {
  const auto found = entries_.find(work.device);
  if (found == entries_.end()) return;
  Entry& entry = found->second;
  entry.under_way = false;
  if (entry.uid == work.uid) {
    work.change.merge(std::move(entry.change));
    entry.change = std::move(work.change);
  }
  entry.receipts.insert(entry.receipts.begin(), std::make_move_iterator(work.receipts.begin()),
                        std::make_move_iterator(work.receipts.end()));
  while (entry.receipts.size() > kMaxReceipts)
    entry.receipts.pop_front();
  entry.wanted = true;
  if (refused) {
    entry.pause = std::clamp(entry.pause * 2, kMinPause, kMaxPause);
    entry.paused = true;
    paused_.emplace(now + entry.pause, work.device);
  }
  enqueue(work.device, entry);
}

std::vector<Receipt> PatchQueue::remove(const DeviceId& device) {
  const auto found = entries_.find(device);
  if (found == entries_.end()) return {};
  Entry& entry = found->second;
  std::vector<Receipt> owed(std::make_move_iterator(entry.receipts.begin()),
                            std::make_move_iterator(entry.receipts.end()));
  entry.receipts.clear();
  entry.change = {};
  entry.wanted = false;
  entry.deferred = false;
  entry.line = Line::none;
  // The write under way still ends with done() or failed(), which then finds nothing to do.
  if (!entry.under_way) entries_.erase(found);
  return owed;
}

bool PatchQueue::is_under_way(const DeviceId& device) const {
  const auto found = entries_.find(device);
  return found != entries_.end() && found->second.under_way;
}

std::optional<SteadyTime> PatchQueue::next_due() const {
  if (paused_.empty()) return std::nullopt;
  return paused_.begin()->first;
}

}  // namespace hearth::controller
