// SPDX-License-Identifier: Apache-2.0
// EventBus: the host's one place on MQTT. What it publishes goes to Mosquitto and comes back by its
// subscription; while the broker is away it is delivered inside the process instead, so that mappers and twin
// go on together.
// Thread: all members on the host's io_context thread; Paho's callbacks only post.
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

struct EventBusOptions {
  std::string broker = "mqtt://127.0.0.1:1883";  ///< mqtt:// or mqtts://host:port
  std::string client_id_prefix = "hearth-host";
  std::string user;
  std::string password;
  std::vector<std::string> subscriptions;  ///< filters, QoS 1
  std::size_t max_payload = 1024 * 1024;
  std::chrono::milliseconds min_reconnect{500};
  std::chrono::milliseconds max_reconnect{5000};
};

struct BusMessage {
  std::string topic;
  std::string payload;
  bool retained = false;
  bool from_broker = true;  ///< false: delivered inside the process
};

class EventBus {
 public:
  using Handler = std::function<void(BusMessage)>;
  using LinkHandler = std::function<void(bool connected)>;

  EventBus(boost::asio::io_context& io, EventBusOptions options, Metrics& metrics);
  ~EventBus();

  /// Before start(). The handler gets every message of the subscriptions; the link handler whether the first
  /// attempt worked, and then each change.
  void on_message(Handler handler);
  void on_link(LinkHandler handler);
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
