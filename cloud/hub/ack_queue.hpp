// SPDX-License-Identifier: Apache-2.0
// Which acknowledged message of a node goes out when: up to a window in flight, each sent again until it is acked or
// given up.
// Thread: plain value, no I/O and no clock of its own.   Errors: none; an ack for anything else is ignored.
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

namespace hearth::cloudhub {

struct AckRules {
  std::chrono::milliseconds timeout{5'000};  ///< from one send to the next, for each message
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
    std::vector<Frame> send;
  };

  explicit AckQueue(AckRules rules) : rules_(rules) {}

  /// How many may be in flight: one to a stock peer, which may take them for a flood otherwise. Before the first push().
  void set_window(std::size_t messages) { window_ = messages; }

  /// `id` is the message's msg_id, by which the peer acks it. First sends keep the order of the calls. An older message
  /// of the same resource is given up: sent again after this one, it would undo it.
  Actions push(std::string id, const std::string& resource, Frame frame, Done done, Time now);
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
    std::string resource;
    Frame frame;
    Done done;
    int sends = 0;
    Time sent_at;
  };
  using Place = std::deque<Item>::iterator;

  Place in_flight_end() { return items_.begin() + static_cast<std::ptrdiff_t>(in_flight_); }
  Place finish(Place item, bool acked, Actions& actions);
  void supersede(const std::string& resource, Actions& actions);
  void send(Item& item, Time now, Actions& actions);
  void fill_window(Time now, Actions& actions);

  AckRules rules_;
  std::size_t window_ = 1;
  std::deque<Item> items_;  ///< the first in_flight_ of them have been sent
  std::size_t in_flight_ = 0;
  std::unordered_set<std::string> resources_;  ///< of items_, each once
  std::size_t bytes_ = 0;
};

}  // namespace hearth::cloudhub
