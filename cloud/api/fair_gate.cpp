// SPDX-License-Identifier: Apache-2.0
#include "cloud/api/fair_gate.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace hearth::api {

namespace asio = boost::asio;
using SteadyClock = std::chrono::steady_clock;
using asio::experimental::awaitable_operators::operator||;

namespace {

/// Lists and what goes over a collection, beside 1 for everything else, as Kubernetes estimates at most.
constexpr unsigned kWide = 10;

bool is_health(const std::string& path) {
  return path == "/healthz" || path == "/livez" || path == "/readyz";
}

/// Of a watch that does not go on from a version: it begins with a list.
bool begins_with_list(const Target& target) {
  if (target.flag("sendInitialEvents")) return true;
  const auto version = target.query.find("resourceVersion");
  return version == target.query.end() || version->second.empty() || version->second == "0";
}

asio::awaitable<void> until_gone(net::ResponseWriter* writer) {
  co_await writer->closed();
}

}  // namespace

const std::string& flow_of(const Call& call) {
  const auto& real = call.user->impersonator;
  return real == nullptr ? call.user->name : real->name;
}

unsigned width_of(const Call& call, std::string_view verb) {
  if (call.local || is_health(call.target.path)) return 0;
  if (call.type == nullptr) return 1;
  if (verb == "list" || verb == "deletecollection") return kWide;
  return verb == "watch" && begins_with_list(call.target) ? kWide : 1;
}

Status too_many_requests() {
  return {429,
          "TooManyRequests",
          "the server has received too many requests and has asked us to try again later",
          {{"retryAfterSeconds", 1}}};
}

struct FairGate::Waiter {
  asio::steady_timer timer;                  ///< on the connection's strand
  std::optional<FairQueue::Seat> seat = {};  ///< under the gate's mutex
};

/// One that waits, until this ends: also with the coroutine itself.
class FairGate::Turn {
 public:
  Turn(FairGate& gate, asio::any_io_executor executor, const std::string& flow, unsigned width)
      : gate_(gate), waiter_(std::make_shared<Waiter>(Waiter{asio::steady_timer(std::move(executor))})) {
    const auto now = SteadyClock::now();
    waiter_->timer.expires_at(now + gate_.longest_wait_);
    const std::lock_guard lock(gate_.mutex_);
    waiter_->seat = gate_.queue_.try_enter(flow, width);
    if (!waiter_->seat) ticket_ = gate_.queue_.wait(flow, width, now);
    if (ticket_) gate_.waiters_.emplace(*ticket_, waiter_);
    if (!waiter_->seat && !ticket_) gate_.refused_.Increment();
    gate_.show();
  }
  ~Turn() { result(); }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

  bool waits() const { return ticket_.has_value(); }

  static asio::awaitable<void> sleep(std::shared_ptr<Waiter> waiter) {
    co_await waiter->timer.async_wait(asio::as_tuple(asio::use_awaitable));
  }
  const std::shared_ptr<Waiter>& waiter() const { return waiter_; }

  /// Once; what was not let in by now is not any more.
  Place result() {
    const std::lock_guard lock(gate_.mutex_);
    if (ticket_ && !waiter_->seat) withdraw(*ticket_);
    ticket_.reset();
    gate_.wake_admitted();
    const auto seat = std::exchange(waiter_->seat, std::nullopt);
    return seat ? Place(&gate_, *seat) : Place();
  }

 private:
  void withdraw(FairQueue::Ticket ticket) {
    auto& queue = gate_.queue_;
    queue.expire(SteadyClock::now());
    const bool peer_is_gone = queue.give_up(ticket);
    if (!peer_is_gone) gate_.refused_.Increment();
    gate_.waiters_.erase(ticket);
  }

  FairGate& gate_;
  std::shared_ptr<Waiter> waiter_;
  std::optional<FairQueue::Ticket> ticket_;
};

FairGate::Place& FairGate::Place::operator=(Place&& other) noexcept {
  if (this == &other) return *this;
  leave();
  gate_ = std::exchange(other.gate_, nullptr);
  seat_ = other.seat_;
  admitted_ = std::exchange(other.admitted_, false);
  return *this;
}

void FairGate::Place::leave() {
  if (auto* gate = std::exchange(gate_, nullptr)) gate->leave(seat_);
}

FairGate::FairGate(FairQueueOptions options, Metrics& metrics)
    : longest_wait_(options.longest_wait),
      queue_(options),
      seats_(metrics.gauge("hearth_api_seats_taken", "Seats of the requests at work now")),
      waiting_(metrics.gauge("hearth_api_requests_waiting", "Requests that wait for a seat")),
      refused_(metrics.counter("hearth_api_requests_refused_total",
                               "Requests told to try again later, for their user has too many")) {}

FairGate::Place FairGate::try_enter(std::string_view flow, unsigned width) {
  if (width == 0) return Place(nullptr, {});
  const std::lock_guard lock(mutex_);
  const auto seat = queue_.try_enter(flow, width);
  if (!seat) return {};
  seats_.Set(queue_.seats_taken());
  return Place(this, *seat);
}

asio::awaitable<FairGate::Place> FairGate::wait(std::string flow, unsigned width,
                                                net::ResponseWriter* writer) {
  auto executor = co_await asio::this_coro::executor;
  Turn turn(*this, std::move(executor), flow, width);
  if (turn.waits()) co_await (Turn::sleep(turn.waiter()) || until_gone(writer));
  co_return turn.result();
}

void FairGate::leave(FairQueue::Seat seat) {
  const std::lock_guard lock(mutex_);
  queue_.leave(seat);
  wake_admitted();
}

void FairGate::wake_admitted() {
  for (const auto& [ticket, seat] : queue_.take_admitted()) {
    const auto place = waiters_.find(ticket);
    const auto waiter = std::move(place->second);
    waiters_.erase(place);
    waiter->seat = seat;
    // Not cancel(): the wait may not have begun.
    asio::post(waiter->timer.get_executor(),
               [waiter] { waiter->timer.expires_at(SteadyClock::time_point::min()); });
  }
  show();
}

void FairGate::show() {
  seats_.Set(queue_.seats_taken());
  waiting_.Set(static_cast<double>(queue_.waiting()));
}

}  // namespace hearth::api
