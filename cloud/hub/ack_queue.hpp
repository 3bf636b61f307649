// SPDX-License-Identifier: Apache-2.0
// Which acknowledged message of a node goes out when: one in flight, sent again until it is acked or given up.
// Thread: plain value, no I/O and no clock of its own.   Errors: none; an ack for anything else is ignored.
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace hearth::cloudhub {

struct AckRules {
  std::chrono::milliseconds timeout{5'000};  ///< from one send to the next
  int max_sends = 5;
};

class AckQueue {
 public:
  using Time = std::chrono::steady_clock::time_point;
  using Frame = std::shared_ptr<const std::string>;
  using Done = std::function<void(bool acked)>;

  /// What the caller is to do, in this order.
  struct Actions {
    struct Finished {
      Done done;
      bool acked = false;
    };
    std::vector<Finished> finished;
    Frame send;  ///< null: nothing
  };

  explicit AckQueue(AckRules rules) : rules_(rules) {}

  /// `id` is the message's msg_id, by which the peer acks it.
  Actions push(std::string id, Frame frame, Done done, Time now);
  Actions ack(const std::string& parent_id, Time now);
  /// To be called at deadline().
  Actions tick(Time now);
  /// The session ended: everything is given up.
  Actions clear();

  /// When tick() has something to do; nothing while nothing is in flight.
  std::optional<Time> deadline() const;
  std::size_t bytes() const { return bytes_; }

 private:
  struct Item {
    std::string id;
    Frame frame;
    Done done;
  };

  void finish_front(bool acked, Actions& actions);
  void send_front(Time now, Actions& actions);

  AckRules rules_;
  std::deque<Item> items_;  ///< the first is in flight
  int sends_ = 0;           ///< of the first
  Time sent_at_;
  std::size_t bytes_ = 0;
};

}  // namespace hearth::cloudhub
