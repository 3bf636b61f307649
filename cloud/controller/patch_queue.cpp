// SPDX-License-Identifier: Apache-2.0
#include "cloud/controller/patch_queue.hpp"

#include <algorithm>
#include <utility>

namespace hearth::controller {

void PatchQueue::add(const DeviceId& device, const std::string& uid, const StatusChange& change,
                     std::optional<Receipt> receipt) {
  Entry& entry = entries_[device];
  if (entry.uid != uid) {
    entry.uid = uid;
    entry.change = {};
  }
  entry.change.merge(change);
  if (receipt) entry.receipts.push_back(*std::move(receipt));
  if (entry.receipts.size() > kMaxReceipts) entry.receipts.pop_front();
  entry.wanted = true;
  enqueue(device, entry);
}

void PatchQueue::enqueue(const DeviceId& device, Entry& entry) {
  if (entry.under_way || entry.queued || entry.pause.count() != 0) return;
  entry.queued = true;
  ready_.push_back(device);
}

void PatchQueue::wake_paused(WallTime now) {
  while (!paused_.empty() && paused_.begin()->first <= now) {
    const DeviceId device = paused_.begin()->second;
    paused_.erase(paused_.begin());
    const auto found = entries_.find(device);
    if (found == entries_.end() || found->second.queued || found->second.under_way) continue;
    found->second.queued = true;
    ready_.push_back(device);
  }
}

std::optional<PatchQueue::Work> PatchQueue::next(WallTime now) {
  wake_paused(now);
  while (!ready_.empty()) {
    const DeviceId device = std::move(ready_.front());
    ready_.pop_front();
    const auto found = entries_.find(device);
    if (found == entries_.end() || !found->second.queued) continue;
    Entry& entry = found->second;
    entry.queued = false;
    entry.wanted = false;
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
  found->second.under_way = false;
  found->second.pause = {};
  if (found->second.wanted) {
    enqueue(device, found->second);
  } else {
    entries_.erase(found);
  }
}

void PatchQueue::failed(Work work, WallTime now) {
  const auto found = entries_.find(work.device);
  if (found == entries_.end()) return;
  Entry& entry = found->second;
  entry.under_way = false;
  if (entry.uid == work.uid) {
    work.change.merge(entry.change);
    entry.change = std::move(work.change);
  }
  entry.receipts.insert(entry.receipts.begin(), std::make_move_iterator(work.receipts.begin()),
                        std::make_move_iterator(work.receipts.end()));
  while (entry.receipts.size() > kMaxReceipts)
    entry.receipts.pop_front();
  entry.wanted = true;
  entry.pause = std::clamp(entry.pause * 2, kMinPause, kMaxPause);
  paused_.emplace(now + entry.pause, work.device);
}

std::vector<Receipt> PatchQueue::remove(const DeviceId& device) {
  const auto found = entries_.find(device);
  if (found == entries_.end()) return {};
  std::vector<Receipt> owed(std::make_move_iterator(found->second.receipts.begin()),
                            std::make_move_iterator(found->second.receipts.end()));
  found->second.receipts.clear();
  found->second.change = {};
  found->second.wanted = false;
  // The write under way still ends with done() or failed(), which then finds nothing to do.
  if (!found->second.under_way) entries_.erase(found);
  return owed;
}

std::optional<WallTime> PatchQueue::next_due() const {
  if (paused_.empty()) return std::nullopt;
  return paused_.begin()->first;
}

std::size_t PatchQueue::waiting() const {
  return static_cast<std::size_t>(std::count_if(entries_.begin(), entries_.end(), [](const auto& entry) {
    return entry.second.wanted || entry.second.under_way;
  }));
}

}  // namespace hearth::controller
