// SPDX-License-Identifier: Apache-2.0
// EventBus on a simulated broker: the real Outbox decides what goes to the broker and what is delivered inside the
// process when it goes away; Paho and Mosquitto are played.
// Thread: the process's.   Errors: none; a broker that is away is a state.
#pragma once

#include <deque>
#include <functional>
#include <string>
#include <vector>

#include "host/eventbus/outbox.hpp"
#include "tests/sim/timeline.hpp"

namespace hearth::sim {

class SimBus;

/// Of the machine: it outlives the host's process.
class Broker {
 public:
  bool running() const { return running_; }
  /// Number of the present life: connections of an earlier one are dead.
  std::uint64_t life() const { return life_; }
  void stop();
  void start() { running_ = true; }
  void attach(SimBus* bus) { bus_ = bus; }

 private:
  bool running_ = true;
  std::uint64_t life_ = 1;
  SimBus* bus_ = nullptr;
};

class SimBus {
 public:
  using Handler = std::function<void(const std::string& topic, const std::string& payload)>;
  using LinkHandler = std::function<void(bool connected)>;

  SimBus(ProcessScheduler& process, Broker& broker, std::vector<std::string> subscriptions);
  ~SimBus();

  void on_message(Handler handler) { handler_ = std::move(handler); }
  void on_link(LinkHandler handler) { link_handler_ = std::move(handler); }
  void start() { connect_later(); }
  void publish(std::string topic, std::string payload);
  bool connected() const { return up_; }
  /// From Broker.
  void broker_stopped();
  std::size_t waiting_bytes() const { return outbox_.waiting_bytes(); }

 private:
  /// What the broker has to say to this client, in its order.
  struct FromBroker {
    std::uint64_t acked = 0;
    std::string topic;
    std::string payload;
  };

  void connect_later();
  void link_up();
  void link_down();
  void deliver_here(std::string topic, std::string payload);
  void pump();
  void broker_says(FromBroker what);
  void take(const FromBroker& what);
  bool subscribed(const std::string& topic) const;
  bool broker_hears() const { return broker_.running() && broker_.life() == broker_life_; }

  ProcessScheduler& process_;
  Broker& broker_;
  const std::vector<std::string> subscriptions_;
  Handler handler_;
  LinkHandler link_handler_;
  eventbus::Outbox outbox_;
  bool up_ = false;
  bool told_ = false;              ///< the link handler has heard of the first attempt
  std::uint64_t link_ = 0;         ///< number of the present link
  std::uint64_t broker_life_ = 0;  ///< the one it was made to
  Time last_arrival_{};
};

}  // namespace hearth::sim
