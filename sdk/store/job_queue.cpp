// SPDX-License-Identifier: Apache-2.0
#include "sdk/store/job_queue.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace hearth::store {

JobQueue::JobQueue(const StorageOptions& options)
    : max_group_(options.max_group),
      max_jobs_(options.max_queue),
      max_bytes_(options.max_queue_bytes),
      lazy_delay_(options.lazy_delay) {}

std::optional<Error> JobQueue::refuse(const Entry& entry) const {
  if (entries_.size() >= max_jobs_) {
    return Error{ErrorClass::exhausted, "StorageQueueFull",
                 fmt::format("{} storage jobs wait already", max_jobs_)};
  }
  // One job is always let through: a bound is no reason never to store it.
  if (entries_.empty() || bytes_ + entry.bytes <= max_bytes_) return std::nullopt;
  return Error{ErrorClass::exhausted, "StorageQueueFull",
               fmt::format("storage jobs of {} bytes wait already", bytes_)};
}

void JobQueue::add(Entry& entry) {
  bytes_ += entry.bytes;
  entries_.push_back(std::move(entry));
}

std::optional<Error> JobQueue::push(Entry& entry) {
  bool wake = false;
  {
    const std::lock_guard lock(mutex_);
    if (auto refused = refuse(entry)) return refused;
    add(entry);
    ++urgent_;
    wake = std::exchange(sleeping_, false);
  }
  if (wake) wake_.notify_one();
  return std::nullopt;
}

std::optional<Error> JobQueue::push_lazily(Entry& entry) {
  bool wake = false;
  {
    const std::lock_guard lock(mutex_);
    if (auto refused = refuse(entry)) return refused;
    add(entry);
    if (lazy_deadline_) return std::nullopt;
    lazy_deadline_ = std::chrono::steady_clock::now() + lazy_delay_;
    wake = std::exchange(sleeping_, false);  // it sleeps without an end, or with a later one
  }
  if (wake) wake_.notify_one();
  return std::nullopt;
}

bool JobQueue::ready() const {
  return stopping_ || urgent_ > 0 || entries_.size() >= max_group_;
}

std::vector<Entry> JobQueue::next_group(std::optional<Time> wake) {
  std::unique_lock lock(mutex_);
  while (!ready()) {
    const auto until = std::min(wake.value_or(Time::max()), lazy_deadline_.value_or(Time::max()));
    const auto now = std::chrono::steady_clock::now();
    if (lazy_deadline_ && *lazy_deadline_ <= now) break;
    if (wake && *wake <= now) return {};
    sleeping_ = true;
    if (until == Time::max()) {
      wake_.wait(lock);
    } else {
      wake_.wait_until(lock, until);
    }
    sleeping_ = false;
  }
  std::vector<Entry> group;
  const auto count = std::min(entries_.size(), max_group_);
  group.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    bytes_ -= entries_.front().bytes;
    group.push_back(std::move(entries_.front()));
    entries_.pop_front();
  }
  if (entries_.empty()) {
    urgent_ = 0;
    lazy_deadline_.reset();
  }
  return group;
}

void JobQueue::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
}

bool JobQueue::stopped() const {
  const std::lock_guard lock(mutex_);
  return stopping_;
}

JobQueue::Depth JobQueue::depth() const {
  const std::lock_guard lock(mutex_);
  return {entries_.size(), bytes_};
}

}  // namespace hearth::store
