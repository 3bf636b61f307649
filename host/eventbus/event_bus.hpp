// SPDX-License-Identifier: Apache-2.0
// EventBus: the host's one place on MQTT. What it publishes goes to Mosquitto and comes back by its
// subscription; while the broker is away it is delivered inside the process instead, so that mappers and twin
// go on together.
// Thread: all members on the host's io_context thread.
// Errors: a dead broker is a state (connected() false), never a failure; oversized payloads are dropped and
// counted.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "sdk/base/metrics.hpp"

namespace hearth::eventbus {

/// PEM files for mqtts://.
struct BrokerTls {
  std::string ca;    ///< who signed the broker's certificate; empty: the CAs of this system
  std::string cert;  ///< client certificate; empty: none
  std::string key;   ///< of `cert`
};

struct EventBusOptions {
  std::string broker = "mqtt://127.0.0.1:1883";  ///< mqtt:// or mqtts://host:port
  std::string client_id_prefix = "hearth-host";  ///< goes before a random part
  std::string client_id;                         ///< for brokers that check it; empty: one of our own making
  std::string user;
  std::string password;
  BrokerTls tls;
  std::vector<std::string> subscriptions;  ///< filters, QoS 1
  std::size_t max_payload = 1024 * 1024;
  std::chrono::milliseconds min_reconnect{500};
  std::chrono::milliseconds max_reconnect{5000};
  /// How long the broker is left to another client that has our fixed client id.
  std::chrono::milliseconds takeover_pause{60'000};
};

struct BusMessage {
  std::string topic;
  std::string payload;
  bool retained = false;
  bool from_broker = true;  ///< false: delivered inside the process
};

/// What the broker is to this host; becomes the condition BrokerReachable.
struct BrokerState {
  bool connected = false;
  std::string reason;   ///< Connected, BrokerAway or DuplicateClientID
  std::string message;  ///< a sentence for a user
};

class EventBus {
 public:
  using Handler = std::function<void(BusMessage)>;
  using LinkHandler = std::function<void(const BrokerState& state)>;

  EventBus(boost::asio::io_context& io, EventBusOptions options, Metrics& metrics);
  ~EventBus();

  /// Before start(). The handler gets every message of the subscriptions; the link handler what the first
  /// attempt came to, and then each change.
  void on_message(Handler handler);
  void on_link(LinkHandler handler);
  /// Before start(), instead of the one in the options: a managed broker's address is known only when it runs.
  void use_broker(std::string address);
  /// Until then everything is delivered inside the process.
  void start();
  /// QoS 1, not retained. With no broker: handed to the handler from a later turn of the io_context.
  void publish(std::string topic, std::string payload);
  bool connected() const;
  /// Sends what is queued (bounded by a second) and disconnects.
  boost::asio::awaitable<void> stop();

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace hearth::eventbus
