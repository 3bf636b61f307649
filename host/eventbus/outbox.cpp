// SPDX-License-Identifier: Apache-2.0
#include "host/eventbus/outbox.hpp"

#include <algorithm>
#include <utility>

namespace hearth::eventbus {

std::size_t Outbox::push(std::string topic, std::string payload, bool comes_back) {
  waiting_.push_back({++last_id_, std::move(topic), std::move(payload), comes_back});
  waiting_bytes_ += waiting_.back().bytes();
  std::size_t dropped = 0;
  while (waiting_bytes_ > limits_.waiting_bytes) {
    waiting_bytes_ -= waiting_.front().bytes();
    waiting_.pop_front();
    ++dropped;
  }
  return dropped;
}

std::optional<OutgoingMessage> Outbox::next() {
  if (waiting_.empty() || unacked_ >= limits_.window) return std::nullopt;
  const std::size_t bytes = waiting_.front().bytes();
  if (unacked_ > 0 && unacked_bytes_ + bytes > limits_.window_bytes) return std::nullopt;
  auto message = std::move(waiting_.front());
  waiting_.pop_front();
  waiting_bytes_ -= bytes;
  unacked_bytes_ += bytes;
  ++unacked_;
  if (message.comes_back) {
    ++on_their_way_back_;
    sent_.push_back({message, bytes, std::nullopt, false});
  } else {
    sent_.push_back({{message.id, {}, {}, false}, bytes, std::nullopt, false});
  }
  return message;
}

void Outbox::acked(std::uint64_t id, Time now) {
  const auto sent =
      std::find_if(sent_.begin(), sent_.end(), [id](const Sent& each) { return each.message.id == id; });
  if (sent == sent_.end() || sent->acked) return;
  --unacked_;
  unacked_bytes_ -= sent->bytes;
  // A confirmed message may still be on its way back when the broker dies, so it is kept until it is here.
  if (sent->returned || !sent->message.comes_back) {
    sent_.erase(sent);
  } else {
    sent->acked = now;
  }
  forget_overdue(now);
}

void Outbox::returned(std::string_view topic, std::string_view payload) {
  if (on_their_way_back_ == 0) return;
  const auto sent = std::find_if(sent_.begin(), sent_.end(), [&](const Sent& each) {
    return !each.returned && each.message.comes_back && each.message.topic == topic &&
           each.message.payload == payload;
  });
  if (sent == sent_.end()) return;
  --on_their_way_back_;
  if (sent->acked) {
    sent_.erase(sent);
  } else {
    sent->returned = true;
  }
}

Outbox::Lost Outbox::take_lost(Time now) {
  forget_overdue(now);
  Lost lost;
  const auto take = [&lost](OutgoingMessage message) {
    if (message.comes_back) {
      lost.deliver.push_back(std::move(message));
    } else {
      ++lost.others;
    }
  };
  for (auto& each : sent_)
    if (!each.returned) take(std::move(each.message));
  for (auto& each : waiting_)
    take(std::move(each));
  sent_.clear();
  waiting_.clear();
  waiting_bytes_ = unacked_ = unacked_bytes_ = on_their_way_back_ = 0;
  return lost;
}

void Outbox::forget_overdue(Time now) {
  // A broker whose access rules swallow a message confirms it all the same; delivering such a message at a
  // later loss would bring an old value back. The broker confirms in order, so the oldest come first.
  while (!sent_.empty() && sent_.front().acked && now - *sent_.front().acked > limits_.return_time) {
    sent_.pop_front();
    --on_their_way_back_;
  }
}

}  // namespace hearth::eventbus
