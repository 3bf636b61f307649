// SPDX-License-Identifier: Apache-2.0
#include "cloud/hub/ack_queue.hpp"

#include <algorithm>

namespace hearth::cloudhub {

AckQueue::Actions AckQueue::push(std::string id, const std::string& resource, Frame frame, Done done,
                                 Time now) {
  Actions actions;
  supersede(resource, actions);
  bytes_ += frame->size();
  items_.push_back({std::move(id), resource, std::move(frame), std::move(done), 0, {}});
  fill_window(now, actions);
  return actions;
}

void AckQueue::supersede(const std::string& resource, Actions& actions) {
  if (resources_.insert(resource).second) return;
  const auto older = std::find_if(items_.begin(), items_.end(),
                                  [&](const Item& candidate) { return candidate.resource == resource; });
  finish(older, false, actions);
  resources_.insert(resource);
}

AckQueue::Actions AckQueue::ack(const std::string& parent_id, Time now) {
  Actions actions;
  const auto item = std::find_if(items_.begin(), in_flight_end(),
                                 [&](const Item& candidate) { return candidate.id == parent_id; });
  if (item == in_flight_end()) return actions;
  finish(item, true, actions);
  fill_window(now, actions);
  return actions;
}

AckQueue::Actions AckQueue::tick(Time now) {
  Actions actions;
  for (auto item = items_.begin(); item != in_flight_end();) {
    const bool due = now >= item->sent_at + rules_.timeout;
    if (due && item->sends >= rules_.max_sends) {
      item = finish(item, false, actions);
      continue;
    }
    if (due) send(*item, now, actions);
    ++item;
  }
  fill_window(now, actions);
  return actions;
}

AckQueue::Actions AckQueue::clear() {
  Actions actions;
  for (auto& item : items_)
    actions.finished.push_back({std::move(item.done), false});
  items_.clear();
  resources_.clear();
  in_flight_ = 0;
  bytes_ = 0;
  return actions;
}

std::optional<AckQueue::Time> AckQueue::deadline() const {
  std::optional<Time> first;
  for (std::size_t i = 0; i < in_flight_; ++i) {
    const auto due = items_[i].sent_at + rules_.timeout;
    if (!first || due < *first) first = due;
  }
  return first;
}

AckQueue::Place AckQueue::finish(Place item, bool acked, Actions& actions) {
  bytes_ -= item->frame->size();
  resources_.erase(item->resource);
  actions.finished.push_back({std::move(item->done), acked});
  if (item < in_flight_end()) --in_flight_;
  return items_.erase(item);
}

void AckQueue::send(Item& item, Time now, Actions& actions) {
  ++item.sends;
  item.sent_at = now;
  actions.send.push_back(item.frame);
}

void AckQueue::fill_window(Time now, Actions& actions) {
  while (in_flight_ < std::min(window_, items_.size()))
    send(items_[in_flight_++], now, actions);
}

}  // namespace hearth::cloudhub
