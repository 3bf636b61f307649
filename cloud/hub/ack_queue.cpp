// SPDX-License-Identifier: Apache-2.0
#include "cloud/hub/ack_queue.hpp"

namespace hearth::cloudhub {

AckQueue::Actions AckQueue::push(std::string id, Frame frame, Done done, Time now) {
  Actions actions;
  bytes_ += frame->size();
  items_.push_back({std::move(id), std::move(frame), std::move(done)});
  if (items_.size() == 1) send_front(now, actions);
  return actions;
}

AckQueue::Actions AckQueue::ack(const std::string& parent_id, Time now) {
  Actions actions;
  if (items_.empty() || items_.front().id != parent_id) return actions;
  finish_front(true, actions);
  send_front(now, actions);
  return actions;
}

AckQueue::Actions AckQueue::tick(Time now) {
  Actions actions;
  if (items_.empty() || now < *deadline()) return actions;
  if (sends_ >= rules_.max_sends) finish_front(false, actions);
  send_front(now, actions);
  return actions;
}

AckQueue::Actions AckQueue::clear() {
  Actions actions;
  while (!items_.empty())
    finish_front(false, actions);
  return actions;
}

std::optional<AckQueue::Time> AckQueue::deadline() const {
  if (items_.empty()) return std::nullopt;
  return sent_at_ + rules_.timeout;
}

void AckQueue::finish_front(bool acked, Actions& actions) {
  bytes_ -= items_.front().frame->size();
  actions.finished.push_back({std::move(items_.front().done), acked});
  items_.pop_front();
  sends_ = 0;
}

void AckQueue::send_front(Time now, Actions& actions) {
  if (items_.empty()) return;
  ++sends_;
  sent_at_ = now;
  actions.send = items_.front().frame;
}

}  // namespace hearth::cloudhub
