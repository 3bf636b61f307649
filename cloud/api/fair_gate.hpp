// SPDX-License-Identifier: Apache-2.0
// Fair sharing of the server among its clients: a request is let in at once when nobody waits, else in its flow's turn,
// or told to try again later. A user is a flow, however many connections it has.
// Thread: any; wait() on the connection's strand.   Errors: 429 when a flow has too many waiting, or after too long.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <map>
#include <memory>
#include <mutex>

#include "cloud/api/base/status.hpp"
#include "cloud/api/call.hpp"
#include "cloud/api/fair_queue.hpp"
#include "sdk/base/metrics.hpp"
#include "sdk/net/http_server.hpp"

namespace hearth::api {

/// Who really asks, also behind an impersonation.
const std::string& flow_of(const Call& call);
/// Seats it takes; none for what is let in always: the calls of this process and the pages of health.
unsigned width_of(const Call& call, std::string_view verb);
Status too_many_requests();

class FairGate {
 public:
  /// The right to be at work; given back at its end.
  class Place {
   public:
    Place() = default;
    Place(Place&& other) noexcept { *this = std::move(other); }
    Place& operator=(Place&& other) noexcept;
    ~Place() { leave(); }

    /// False after a refusal.
    bool admitted() const { return admitted_; }
    /// Before its end, more than once.
    void leave();

   private:
    friend class FairGate;
    Place(FairGate* gate, FairQueue::Seat seat) : gate_(gate), seat_(seat), admitted_(true) {}

    FairGate* gate_ = nullptr;  ///< null: nothing to give back
    FairQueue::Seat seat_;
    bool admitted_ = false;
  };

  FairGate(FairQueueOptions options, Metrics& metrics);

  /// Let in, also with width 0; or not, which needs a wait().
  Place try_enter(std::string_view flow, unsigned width);
  /// Until it is let in, refused, or the peer is gone.
  boost::asio::awaitable<Place> wait(std::string flow, unsigned width, net::ResponseWriter* writer);

 private:
  struct Waiter;
  class Turn;

  void leave(FairQueue::Seat seat);
  /// Under the mutex, after whatever may have let somebody in.
  void wake_admitted();
  void show();

  const std::chrono::milliseconds longest_wait_;
  std::mutex mutex_;
  FairQueue queue_;
  std::map<FairQueue::Ticket, std::shared_ptr<Waiter>> waiters_;
  prometheus::Gauge& seats_;
  prometheus::Gauge& waiting_;
  prometheus::Counter& refused_;
};

}  // namespace hearth::api
