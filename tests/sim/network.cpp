// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/network.hpp"

#include <algorithm>

namespace hearth::sim {
namespace {

constexpr Duration kOpenLimit{30'000'000};
constexpr Duration kRetransmission{3'000'000};
constexpr double kHearsOfCut = 0.7;

Side other(Side side) {
  return side == Side::edge ? Side::cloud : Side::edge;
}

}  // namespace

void Connection::attach(Side side, EndEvents events) {
  end(side).events = std::move(events);
}

void Connection::send(Side from, std::string frame) {
  if (end(from).open) put(other(from), Kind::frame, std::move(frame));
}

void Connection::ping() {
  if (end(Side::edge).open) put(Side::cloud, Kind::ping, {});
}

void Connection::close(Side by, bool reset) {
  auto& mine = end(by);
  if (!mine.open) return;
  mine.open = false;
  mine.events = {};
  mine.incoming.clear();
  if (reset) end(other(by)).incoming.clear();
  put(other(by), Kind::closed, {});
}

void Connection::put(Side to, Kind kind, std::string frame) {
  auto& receiver = end(to);
  if (broken_ || !receiver.open) return;
  receiver.last_arrival = std::max(receiver.last_arrival, network_.timeline_.now() + network_.latency());
  receiver.incoming.push_back({kind, std::move(frame), receiver.last_arrival});
  network_.timeline_.at(receiver.last_arrival, [self = shared_from_this(), to] { self->deliver(to); });
}

void Connection::deliver(Side to) {
  auto& receiver = end(to);
  while (!broken_ && receiver.open && network_.weather_ != Weather::black_hole &&
         !receiver.incoming.empty() && receiver.incoming.front().arrival <= network_.timeline_.now()) {
    auto packet = std::move(receiver.incoming.front());
    receiver.incoming.pop_front();
    handle(to, std::move(packet));
  }
}

void Connection::handle(Side to, Packet packet) {
  // A copy: what it calls may close this end, and with it the events go.
  const auto events = end(to).events;
  switch (packet.kind) {
    case Kind::frame:
      if (events.frame) events.frame(packet.frame);
      return;
    case Kind::ping:
      return put(Side::edge, Kind::pong, {});
    case Kind::pong:
      if (events.pong) events.pong();
      return;
    case Kind::closed:
      return hear_closed(to);
  }
}

void Connection::hear_closed(Side side) {
  auto& mine = end(side);
  if (!mine.open) return;
  mine.open = false;
  const auto events = std::exchange(mine.events, {});
  if (events.closed) events.closed();
}

void Connection::cut() {
  broken_ = true;
  for (const auto side : {Side::edge, Side::cloud}) {
    end(side).incoming.clear();
    if (!network_.random_.chance(kHearsOfCut)) continue;
    network_.timeline_.after(network_.random_.time(Duration(0), Duration(1'000'000)),
                             [self = shared_from_this(), side] { self->hear_closed(side); });
  }
}

void Connection::resume() {
  for (const auto side : {Side::edge, Side::cloud}) {
    network_.timeline_.after(network_.random_.time(Duration(0), kRetransmission),
                             [self = shared_from_this(), side] { self->deliver(side); });
  }
}

void Network::dial(const Life& life, Dialled done) {
  const auto answer = [this, done = std::move(done)] {
    if (weather_ != Weather::fine || !accept_) return done(nullptr);
    auto connection = std::make_shared<Connection>(*this);
    connections_.push_back(connection);
    accept_(connection);
    done(connection->is_open(Side::cloud) ? connection : nullptr);
  };
  const bool silent = weather_ == Weather::black_hole;
  timeline_.after(silent ? kOpenLimit : 4 * latency(), answer, life);
}

void Network::set(Weather weather) {
  weather_ = weather;
  std::erase_if(connections_, [](const auto& weak) { return weak.expired(); });
  for (const auto& weak : connections_) {
    const auto connection = weak.lock();
    if (weather == Weather::cut) connection->cut();
    if (weather == Weather::fine) connection->resume();
  }
}

}  // namespace hearth::sim
