// SPDX-License-Identifier: Apache-2.0
// Fair sharing as a state machine: a bounded number of seats; when they are short, the flow that holds the fewest is
// next, and of equals the one that has waited longest. Within a flow it is first come, first served.
// Thread: one caller at a time.   Errors: none; a refusal is an answer.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace hearth::api {

/// 64, or 32 for each core: what waits for a commit needs a seat too, and commits are shared.
unsigned seats_of_this_machine();

struct FairQueueOptions {
  unsigned seats = seats_of_this_machine();
  std::size_t waiting_per_flow = 1024;  ///< a thousand watchers that come back at once are no storm
  std::chrono::milliseconds longest_wait{30'000};
};

class FairQueue {
 public:
  using Time = std::chrono::steady_clock::time_point;
  using Ticket = std::uint64_t;  ///< of one that waits
  struct Flow {
    unsigned seats = 0;
    std::uint64_t turn = 0;  ///< when it was served, or began to wait
    std::set<Ticket> waiting;
  };
  struct Seat {
    Flow* flow = nullptr;
    unsigned width = 0;
  };
  struct Admitted {
    Ticket ticket = 0;
    Seat seat;
  };

  explicit FairQueue(FairQueueOptions options);
  FairQueue(const FairQueue&) = delete;
  FairQueue& operator=(const FairQueue&) = delete;

  /// Nothing when it would have to wait. One wider than all seats takes all of them.
  std::optional<Seat> try_enter(std::string_view flow, unsigned width);
  /// After a try that failed. Nothing when that flow has too many waiting.
  std::optional<Ticket> wait(std::string_view flow, unsigned width, Time now);
  void leave(Seat seat);
  /// False for a ticket that waits no longer.
  bool give_up(Ticket ticket);
  /// Drops those that have waited too long.
  void expire(Time now);
  /// Whom the calls above have let in; to be asked after each of leave(), give_up() and expire().
  std::vector<Admitted> take_admitted();

  unsigned seats_taken() const { return options_.seats - free_; }
  std::size_t waiting() const { return waiters_.size(); }
  std::size_t flows_known() const { return flows_.size(); }

 private:
  struct Waiter {
    Flow* flow;
    unsigned width;
    Time until;
  };
  struct Before {
    bool operator()(const Flow* left, const Flow* right) const;
  };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  using Waiters = std::map<Ticket, Waiter>;

  Flow& flow_of(std::string_view name);
  void forget_idle();
  bool is_next(const Flow& flow) const;
  Seat take(Flow& flow, unsigned width);
  void enlist(Flow& flow);
  void remove(Waiters::iterator waiter);
  void admit_waiting();

  const FairQueueOptions options_;
  unsigned free_;
  std::unordered_map<std::string, Flow, Hash, std::equal_to<>> flows_;
  std::size_t forget_at_;
  std::set<Flow*, Before> order_;  ///< of the flows that wait: the first is next
  Waiters waiters_;                ///< oldest first, as their times are
  Ticket last_ticket_ = 0;
  std::uint64_t last_turn_ = 0;
  std::vector<Admitted> admitted_;
};

}  // namespace hearth::api
