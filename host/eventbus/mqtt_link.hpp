// SPDX-License-Identifier: Apache-2.0
// One MQTT connection, from CONNECT through SUBSCRIBE to its end. A new object for each attempt: Paho keeps
// tokens of a broken connection in its lists as long as its client lives.
// Thread: the host's io_context thread, where the events come too; Paho's callbacks only post. No call waits
// for the broker.
// Errors: every failure is the one event `down`, with a reason for a user.
#pragma once

#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "host/eventbus/event_bus.hpp"
#include "host/eventbus/outbox.hpp"

namespace hearth::eventbus {

struct MqttLinkOptions {
  std::string broker;  ///< as the user wrote it
  std::string client_id;
  std::string user;
  std::string password;
  std::vector<std::string> subscriptions;
  std::size_t max_payload = 0;
  std::size_t max_inbound_bytes = 32 * 1024 * 1024;  ///< received and not yet handled; above it: dropped
};

/// None of them is called from within a member of the link, and none after `down`.
struct MqttLinkEvents {
  std::function<void()> up;  ///< connected, and every subscription acknowledged
  std::function<void(std::string why)> down;
  std::function<void(BusMessage)> message;
  std::function<void(std::uint64_t id)> acked;
  std::function<void(bool oversized)> dropped;  ///< a received message; else the inbound bound was reached
};

class MqttLink {
 public:
  MqttLink(boost::asio::io_context& io, MqttLinkOptions options, MqttLinkEvents events);
  ~MqttLink();

  void open();
  /// Only between `up` and `down`. QoS 1, not retained; `acked` with its id follows.
  void publish(const OutgoingMessage& message);
  /// Sends DISCONNECT; `down` follows.
  void close();

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace hearth::eventbus
