// SPDX-License-Identifier: Apache-2.0
// The link between one node and the cloud: connections that carry frames in order and late; that a cut ends with all
// that was under way, often without telling an end; and that a black hole keeps silent.
// Thread: one.   Errors: a dial that fails says so late.
#pragma once

#include <array>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tests/sim/timeline.hpp"

namespace hearth::sim {

enum class Weather { fine, cut, black_hole };
enum class Side { edge, cloud };

/// What an end hears, each by its own process's life.
struct EndEvents {
  std::function<void(const std::string& frame)> frame;
  std::function<void()> closed;
  std::function<void()> pong;
};

class Network;

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  explicit Connection(Network& network) : network_(network) {}

  void attach(Side side, EndEvents events);
  void send(Side from, std::string frame);
  /// From the edge; the other end's library answers, whatever its process is at.
  void ping();
  /// `reset`: what this end has sent and the other has not got is lost (a process that was killed, for one).
  void close(Side by, bool reset);
  bool is_open(Side side) const { return end(side).open; }

 private:
  friend class Network;

  enum class Kind { frame, ping, pong, closed };
  struct Packet {
    Kind kind;
    std::string frame;
    Time arrival;
  };
  struct End {
    bool open = true;
    EndEvents events;
    std::deque<Packet> incoming;
    Time last_arrival{};
  };

  End& end(Side side) { return ends_[side == Side::edge ? 0 : 1]; }
  const End& end(Side side) const { return ends_[side == Side::edge ? 0 : 1]; }
  void put(Side to, Kind kind, std::string frame);
  void deliver(Side to);
  void handle(Side to, Packet packet);
  void hear_closed(Side side);
  void cut();
  void resume();

  Network& network_;
  std::array<End, 2> ends_;
  bool broken_ = false;
};

class Network {
 public:
  using Accept = std::function<void(std::shared_ptr<Connection>)>;
  using Dialled = std::function<void(std::shared_ptr<Connection>)>;

  Network(Timeline& timeline, Duration fastest, Duration slowest)
      : timeline_(timeline), random_(timeline.random().split()), fastest_(fastest), slowest_(slowest) {}

  /// Null: nobody listens.
  void listen(Accept accept) { accept_ = std::move(accept); }
  /// `done` gets null if nobody answers; an accepted connection has its cloud end attached.
  void dial(const Life& life, Dialled done);
  void set(Weather weather);
  Weather weather() const { return weather_; }

 private:
  friend class Connection;

  Duration latency() { return random_.time(fastest_, slowest_); }

  Timeline& timeline_;
  Random random_;
  const Duration fastest_;
  const Duration slowest_;
  Weather weather_ = Weather::fine;
  Accept accept_;
  std::vector<std::weak_ptr<Connection>> connections_;
};

}  // namespace hearth::sim
