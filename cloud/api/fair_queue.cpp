// SPDX-License-Identifier: Apache-2.0
#include "cloud/api/fair_queue.hpp"

#include <algorithm>
#include <thread>
#include <tuple>
#include <utility>

namespace hearth::api {

namespace {

constexpr unsigned kFewestSeats = 64;
constexpr unsigned kSeatsPerCore = 32;
/// Flows are kept after their requests: the next one of the same user allocates nothing.
constexpr std::size_t kFlowsKept = 1024;

FairQueueOptions sound(FairQueueOptions options) {
  options.seats = std::max(options.seats, 1U);
  return options;
}

}  // namespace

unsigned seats_of_this_machine() {
  return std::max(kFewestSeats, kSeatsPerCore * std::thread::hardware_concurrency());
}

bool FairQueue::Before::operator()(const Flow* left, const Flow* right) const {
  return std::tie(left->seats, left->turn) < std::tie(right->seats, right->turn);
}

FairQueue::FairQueue(FairQueueOptions options)
    : options_(sound(options)), free_(options_.seats), forget_at_(kFlowsKept) {}

FairQueue::Flow& FairQueue::flow_of(std::string_view name) {
  if (const auto known = flows_.find(name); known != flows_.end()) return known->second;
  if (flows_.size() >= forget_at_) forget_idle();
  return flows_[std::string(name)];
}

void FairQueue::forget_idle() {
  std::erase_if(flows_, [](const auto& each) {
    const Flow& flow = each.second;
    return flow.seats == 0 && flow.waiting.empty();
  });
  forget_at_ = std::max(kFlowsKept, 2 * flows_.size());
}

/// Who holds less than all that wait need not stand behind them.
bool FairQueue::is_next(const Flow& flow) const {
  if (order_.empty()) return true;
  return flow.waiting.empty() && flow.seats < (*order_.begin())->seats;
}

FairQueue::Seat FairQueue::take(Flow& flow, unsigned width) {
  flow.seats += width;
  free_ -= width;
  return {&flow, width};
}

std::optional<FairQueue::Seat> FairQueue::try_enter(std::string_view name, unsigned width) {
  auto& flow = flow_of(name);
  width = std::min(width, options_.seats);
  if (width > free_ || !is_next(flow)) return std::nullopt;
  return take(flow, width);
}

std::optional<FairQueue::Ticket> FairQueue::wait(std::string_view name, unsigned width, Time now) {
  auto& flow = flow_of(name);
  if (flow.waiting.size() >= options_.waiting_per_flow) return std::nullopt;
  const auto ticket = ++last_ticket_;
  waiters_.emplace(ticket, Waiter{&flow, std::min(width, options_.seats), now + options_.longest_wait});
  order_.erase(&flow);
  if (flow.waiting.empty()) flow.turn = ++last_turn_;
  flow.waiting.insert(ticket);
  enlist(flow);
  return ticket;
}

void FairQueue::enlist(Flow& flow) {
  if (!flow.waiting.empty()) order_.insert(&flow);
}

void FairQueue::leave(Seat seat) {
  auto& flow = *seat.flow;
  if (!flow.waiting.empty()) order_.erase(&flow);
  flow.seats -= seat.width;
  free_ += seat.width;
  enlist(flow);
  admit_waiting();
}

/// The first waits until there is room for it, and everybody behind it too: a wide one would never find room otherwise.
void FairQueue::admit_waiting() {
  while (!order_.empty()) {
    auto& flow = **order_.begin();
    const auto waiter = waiters_.find(*flow.waiting.begin());
    if (waiter->second.width > free_) return;
    const auto [ticket, granted] = *waiter;
    order_.erase(&flow);
    flow.waiting.erase(ticket);
    flow.turn = ++last_turn_;
    admitted_.push_back({ticket, take(flow, granted.width)});
    waiters_.erase(waiter);
    enlist(flow);
  }
}

void FairQueue::remove(Waiters::iterator waiter) {
  auto& flow = *waiter->second.flow;
  order_.erase(&flow);
  flow.waiting.erase(waiter->first);
  waiters_.erase(waiter);
  enlist(flow);
}

bool FairQueue::give_up(Ticket ticket) {
  const auto waiter = waiters_.find(ticket);
  if (waiter == waiters_.end()) return false;
  remove(waiter);
  admit_waiting();
  return true;
}

void FairQueue::expire(Time now) {
  while (!waiters_.empty() && waiters_.begin()->second.until <= now)
    remove(waiters_.begin());
  admit_waiting();
}

std::vector<FairQueue::Admitted> FairQueue::take_admitted() {
  return std::exchange(admitted_, {});
}

}  // namespace hearth::api
