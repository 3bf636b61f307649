// SPDX-License-Identifier: Apache-2.0
// What the host published and does not yet know to have arrived: messages waiting for the broker, and
// messages handed to it that it has not confirmed or not sent back. Decides what must be delivered inside the
// process when the link breaks, so that nothing is lost and nothing comes twice.
// Thread: the host's io_context thread; no I/O.   Errors: when full, the oldest waiting message is dropped.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hearth::eventbus {

struct OutboxLimits {
  std::size_t waiting_bytes = 8 * 1024 * 1024;
  std::size_t window = 256;                       ///< messages handed to the broker and not confirmed
  std::size_t window_bytes = 8 * 1024 * 1024;     ///< of those; one message is always let through
  std::chrono::milliseconds return_time{10'000};  ///< confirmed, but not sent back for so long: never will be
};

struct OutgoingMessage {
  std::uint64_t id = 0;
  std::string topic;
  std::string payload;
  bool comes_back = false;  ///< one of our own subscriptions matches its topic

  std::size_t bytes() const { return topic.size() + payload.size(); }
};

class Outbox {
 public:
  using Time = std::chrono::steady_clock::time_point;

  explicit Outbox(OutboxLimits limits = {}) : limits_(limits) {}

  /// How many older messages had to go for it (the message itself too, if it alone is above the bound).
  std::size_t push(std::string topic, std::string payload, bool comes_back);
  /// The next message for the broker, now counted as handed over; empty while the window is full.
  std::optional<OutgoingMessage> next();
  /// The broker confirmed it (PUBACK).
  void acked(std::uint64_t id, Time now);
  /// A message arrived from the broker: if it is one of ours, it is done.
  void returned(std::string_view topic, std::string_view payload);

  struct Lost {
    std::vector<OutgoingMessage> deliver;  ///< for our own subscriptions, in the order of publishing
    std::size_t others = 0;                ///< for other clients only: gone with the link
  };
  /// The link broke: everything that has not arrived; the outbox is empty afterwards.
  Lost take_lost(Time now);

  /// Nothing waits and nothing is unconfirmed.
  bool idle() const { return waiting_.empty() && unacked_ == 0; }
  std::size_t waiting_bytes() const { return waiting_bytes_; }

 private:
  struct Sent {
    OutgoingMessage message;  ///< without the payload, unless it comes back
    std::size_t bytes = 0;
    std::optional<Time> acked;
    bool returned = false;
  };

  void forget_overdue(Time now);

  OutboxLimits limits_;
  std::uint64_t last_id_ = 0;
  std::deque<OutgoingMessage> waiting_;
  std::size_t waiting_bytes_ = 0;
  std::list<Sent> sent_;
  std::size_t on_their_way_back_ = 0;  ///< of those: awaited by our own subscriptions
  std::size_t unacked_ = 0;
  std::size_t unacked_bytes_ = 0;
};

}  // namespace hearth::eventbus
