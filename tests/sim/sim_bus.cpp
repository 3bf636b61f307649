// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/sim_bus.hpp"

#include <algorithm>

#include "host/eventbus/topic_filter.hpp"

namespace hearth::sim {
namespace {

constexpr Duration kNearest{100};
constexpr Duration kFarthest{3'000};
constexpr Duration kNotices{200'000};
constexpr Duration kMinReconnect{500'000};
constexpr Duration kMaxReconnect{5'000'000};

}  // namespace

void Broker::stop() {
  running_ = false;
  ++life_;
  if (bus_) bus_->broker_stopped();
}

SimBus::SimBus(ProcessScheduler& process, Broker& broker, std::vector<std::string> subscriptions)
    : process_(process), broker_(broker), subscriptions_(std::move(subscriptions)) {
  broker_.attach(this);
}

SimBus::~SimBus() {
  broker_.attach(nullptr);
}

void SimBus::broker_stopped() {
  process_.after(process_.random().time(Duration(0), kNotices), [this, link = link_] {
    if (up_ && link == link_) link_down();
  });
}

void SimBus::connect_later() {
  const auto wait = told_ ? process_.random().time(kMinReconnect, kMaxReconnect) : kFarthest;
  process_.after(wait, [this] {
    if (broker_.running()) return link_up();
    if (!std::exchange(told_, true)) link_handler_(false);
    connect_later();
  });
}

void SimBus::link_up() {
  up_ = told_ = true;
  ++link_;
  broker_life_ = broker_.life();
  link_handler_(true);
}

void SimBus::link_down() {
  up_ = false;
  auto lost = outbox_.take_lost(process_.now());
  for (auto& message : lost.deliver)
    deliver_here(std::move(message.topic), std::move(message.payload));
  link_handler_(false);
  connect_later();
}

void SimBus::publish(std::string topic, std::string payload) {
  const bool comes_back = subscribed(topic);
  if (up_) {
    outbox_.push(std::move(topic), std::move(payload), comes_back);
    pump();
  } else if (comes_back) {
    deliver_here(std::move(topic), std::move(payload));
  }
}

void SimBus::deliver_here(std::string topic, std::string payload) {
  process_.post([this, topic = std::move(topic), payload = std::move(payload)] { handler_(topic, payload); });
}

void SimBus::pump() {
  while (up_) {
    auto message = outbox_.next();
    if (!message) return;
    const auto id = message->id;
    const bool comes_back = message->comes_back;
    FromBroker back{0, std::move(message->topic), std::move(message->payload)};
    const bool acked_first = process_.random().chance(0.5);
    if (acked_first) broker_says({id, {}, {}});
    if (comes_back) broker_says(std::move(back));
    if (!acked_first) broker_says({id, {}, {}});
  }
}

void SimBus::broker_says(FromBroker what) {
  // A broker that is gone says nothing more; the link's end comes to notice a little later.
  if (!broker_hears()) return;
  last_arrival_ = std::max(last_arrival_, process_.now() + process_.random().time(kNearest, kFarthest));
  process_.timeline().at(
      last_arrival_,
      [this, link = link_, what = std::move(what)] {
        if (up_ && link == link_ && broker_hears()) take(what);
      },
      process_.life());
}

void SimBus::take(const FromBroker& what) {
  if (what.acked != 0) {
    outbox_.acked(what.acked, process_.now());
    pump();
    return;
  }
  outbox_.returned(what.topic, what.payload);
  handler_(what.topic, what.payload);
}

bool SimBus::subscribed(const std::string& topic) const {
  return std::any_of(subscriptions_.begin(), subscriptions_.end(),
                     [&](const std::string& filter) { return eventbus::topic_matches(filter, topic); });
}

}  // namespace hearth::sim
