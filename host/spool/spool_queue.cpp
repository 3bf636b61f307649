// SPDX-License-Identifier: Apache-2.0
#include "host/spool/spool_queue.hpp"

#include <algorithm>
#include <utility>

namespace hearth::spool {
namespace {

constexpr std::uint64_t kPage = 4096;
constexpr std::uint64_t kPageRoom = 4080;   // beside the page's header
constexpr std::uint64_t kRowOverhead = 64;  // id, time, lengths
constexpr std::uint64_t kOverflowRoom = 4092;

constexpr std::uint64_t kBlockBytes = 64 * 1024;
constexpr std::uint64_t kBlockEvents = 256;
constexpr std::uint64_t kBlocksOfAll = 16;  // at least so many make up a spool that is full, or its time
/// 2020: a clock that shows less was never set. Its times say nothing of age.
constexpr std::int64_t kPlausibleTime = 1'577'836'800'000;

std::size_t size_of(const Event& event) {
  return event.topic.size() + event.payload.size();
}

}  // namespace

std::uint64_t disk_cost(std::size_t topic_and_payload) {
  const auto row = topic_and_payload + kRowOverhead;
  if (row <= kPageRoom) return kPage / (kPageRoom / row);
  return (row / kOverflowRoom + 1) * kPage;
}

BlockList::BlockList(const SpoolLimits& limits)
    : max_bytes_(std::min(kBlockBytes, limits.max_bytes / kBlocksOfAll)),
      max_span_ms_(limits.max_age.count() / static_cast<std::int64_t>(kBlocksOfAll)) {}

bool BlockList::joins(const Block& block, std::uint64_t sequence, std::int64_t time_ms) const {
  return block.last + 1 == sequence && block.bytes < max_bytes_ && sequence - block.first < kBlockEvents &&
         std::abs(time_ms - block.oldest_ms) < max_span_ms_;
}

void BlockList::add(std::uint64_t sequence, std::uint64_t bytes, std::int64_t time_ms) {
  if (blocks_.empty() || !joins(blocks_.back(), sequence, time_ms)) {
    blocks_.push_back({sequence, sequence, bytes, time_ms, time_ms});
    return;
  }
  auto& block = blocks_.back();
  block.last = sequence;
  block.bytes += bytes;
  block.newest_ms = std::max(block.newest_ms, time_ms);
}

SpoolQueue::SpoolQueue(SpoolLimits limits) : limits_(limits), disk_(limits_) {}

void SpoolQueue::loaded(std::deque<Block> blocks) {
  loaded_ = true;
  disk_.blocks() = std::move(blocks);
  if (disk_.blocks().empty()) return;
  for (const auto& block : disk_.blocks())
    disk_bytes_ += block.bytes;
  gone_through_ = disk_.blocks().front().first - 1;
  erased_through_ = gone_through_;
  stored_through_ = disk_.blocks().back().last;
  next_ = stored_through_ + 1;
  cursor_ = gone_through_ + 1;
  bound_disk();
}

bool SpoolQueue::offer(Event event) {
  if (size_of(event) > limits_.max_event) {
    ++losses_.oversized;
    return false;
  }
  unstored_bytes_ += size_of(event);
  unstored_.push_back(std::move(event));
  bound_unstored();
  return true;
}

void SpoolQueue::bound_unstored() {
  while (unstored_bytes_ > limits_.unstored_bytes && unstored_.size() > 1) {
    unstored_bytes_ -= size_of(unstored_.front());
    unstored_.pop_front();
    ++losses_.unstored;
  }
}

std::vector<EventPtr> SpoolQueue::take_unstored() {
  if (!loaded_ || !storing_.empty()) return {};
  auto sequence = next_;
  for (auto& event : unstored_) {
    event.sequence = sequence++;
    storing_.push_back(std::make_shared<const Event>(std::move(event)));
  }
  unstored_.clear();
  unstored_bytes_ = 0;
  return storing_;
}

void SpoolQueue::stored(bool ok) {
  auto events = std::exchange(storing_, {});
  if (!ok) {
    for (auto event = events.rbegin(); event != events.rend(); ++event) {
      unstored_bytes_ += size_of(**event);
      unstored_.push_front(**event);
    }
    return bound_unstored();
  }
  for (auto& event : events) {
    const auto cost = disk_cost(size_of(*event));
    disk_.add(event->sequence, cost, event->time_ms);
    disk_bytes_ += cost;
    stored_through_ = event->sequence;
    const bool follows = event->sequence == cursor_ + ready_.size();
    // While there is no link, or much is waiting, it is read from the disk when its turn comes.
    if (!linked_ || !follows || reading_from_ || ready_bytes_ >= limits_.window_bytes) continue;
    ready_bytes_ += size_of(*event);
    ready_.push_back(std::move(event));
  }
  next_ = stored_through_ + 1;
  bound_disk();
}

std::optional<std::uint64_t> SpoolQueue::take_erasable() {
  if (erasing_ || gone_through_ <= erased_through_) return std::nullopt;
  erasing_ = gone_through_;
  return erasing_;
}

void SpoolQueue::erased(bool ok) {
  if (ok) erased_through_ = *erasing_;
  erasing_.reset();
}

void SpoolQueue::link_up(bool confirms) {
  linked_ = true;
  confirms_ = confirms;
  rewind();
}

void SpoolQueue::link_down() {
  linked_ = false;
  rewind();
}

void SpoolQueue::resend() {
  rewind();
}

void SpoolQueue::rewind() {
  in_flight_.clear();
  in_flight_bytes_ = 0;
  ready_.clear();
  ready_bytes_ = 0;
  cursor_ = gone_through_ + 1;
}

EventPtr SpoolQueue::next_to_send() const {
  if (!linked_ || ready_.empty() || in_flight_.size() >= limits_.window) return nullptr;
  const auto& event = ready_.front();
  if (!in_flight_.empty() && in_flight_bytes_ + size_of(*event) > limits_.window_bytes) return nullptr;
  return event;
}

void SpoolQueue::sent() {
  const auto event = std::move(ready_.front());
  ready_.pop_front();
  ready_bytes_ -= size_of(*event);
  if (event->sequence <= sent_high_) ++resent_;
  sent_high_ = std::max(sent_high_, event->sequence);
  cursor_ = event->sequence + 1;
  in_flight_.push_back({event->sequence, event->id, size_of(*event), !confirms_});
  in_flight_bytes_ += size_of(*event);
  if (!confirms_) drop_confirmed();
}

bool SpoolQueue::confirm(std::string_view id) {
  const auto found = std::find_if(in_flight_.begin(), in_flight_.end(),
                                  [id](const InFlight& event) { return event.id == id; });
  if (found == in_flight_.end()) return false;
  found->confirmed = true;
  drop_confirmed();
  return true;
}

void SpoolQueue::drop_confirmed() {
  while (!in_flight_.empty() && in_flight_.front().confirmed)
    forget_through(in_flight_.front().sequence);
}

/// Confirmed or dropped: everything up to this sequence is no more of ours.
void SpoolQueue::forget_through(std::uint64_t sequence) {
  gone_through_ = std::max(gone_through_, sequence);
  while (!in_flight_.empty() && in_flight_.front().sequence <= gone_through_) {
    in_flight_bytes_ -= in_flight_.front().bytes;
    in_flight_.pop_front();
  }
  while (!ready_.empty() && ready_.front()->sequence <= gone_through_) {
    ready_bytes_ -= size_of(*ready_.front());
    ready_.pop_front();
  }
  cursor_ = std::max(cursor_, gone_through_ + 1);
  auto& blocks = disk_.blocks();
  while (!blocks.empty() && blocks.front().last <= gone_through_) {
    disk_bytes_ -= blocks.front().bytes;
    blocks.pop_front();
  }
}

std::optional<SpoolQueue::Read> SpoolQueue::take_read() {
  if (!linked_ || reading_from_ || !ready_.empty() || cursor_ > stored_through_) return std::nullopt;
  reading_from_ = cursor_;
  return Read{cursor_, limits_.window, limits_.window_bytes};
}

void SpoolQueue::read(std::vector<EventPtr> events, bool ok) {
  const auto from = *std::exchange(reading_from_, std::nullopt);
  // Not from here any more: events were dropped, or the link broke and came back, while they were read.
  if (!linked_ || !ok || from != cursor_) return;
  const auto first = events.empty() ? stored_through_ + 1 : events.front()->sequence;
  if (first > cursor_) skip_missing(first);
  for (auto& event : events) {
    if (event->sequence != cursor_ + ready_.size()) break;
    ready_bytes_ += size_of(*event);
    ready_.push_back(std::move(event));
  }
}

void SpoolQueue::skip_missing(std::uint64_t to) {
  losses_.damaged += to - cursor_;
  cursor_ = to;
  // Else they go with the confirmation of what comes behind them.
  if (in_flight_.empty()) forget_through(to - 1);
}

/// How many events there were in it.
std::uint64_t SpoolQueue::drop_oldest_block() {
  const auto& block = disk_.blocks().front();
  const auto count = block.last - std::max(block.first - 1, gone_through_);
  forget_through(block.last);
  return count;
}

void SpoolQueue::bound_disk() {
  while (disk_bytes_ > limits_.max_bytes && !disk_.blocks().empty())
    losses_.full += drop_oldest_block();
}

void SpoolQueue::expire(std::int64_t now_ms) {
  while (true) {
    const auto due = next_expiry();
    if (!due || *due > now_ms) return;
    losses_.aged += drop_oldest_block();
  }
}

std::optional<std::int64_t> SpoolQueue::next_expiry() const {
  const auto& blocks = disk_.blocks();
  if (blocks.empty() || blocks.front().newest_ms < kPlausibleTime) return std::nullopt;
  return blocks.front().newest_ms + limits_.max_age.count();
}

std::uint64_t SpoolQueue::events() const {
  return stored_through_ - std::min(stored_through_, gone_through_) + storing_.size() + unstored_.size();
}

}  // namespace hearth::spool
