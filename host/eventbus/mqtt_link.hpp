// SPDX-License-Identifier: Apache-2.0
// One MQTT connection, from CONNECT through SUBSCRIBE to its end; a new object for each attempt.
// Thread: the host's io_context thread. No call waits for the broker.
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
  BrokerTls tls;
  std::vector<std::string> subscriptions;
  std::size_t max_payload = 0;
};

/// How a link ended.
struct LinkEnd {
  std::string why;
  bool by_peer = false;  ///< it was up, and the broker closed it
};

/// None of them is called from within a member of the link, and none after `down`.
struct MqttLinkEvents {
  std::function<void()> up;  ///< connected, and every subscription acknowledged
  std::function<void(const LinkEnd& end)> down;
  std::function<void(BusMessage)> message;
  std::function<void(std::uint64_t id)> acked;
  std::function<void()> oversized;  ///< a received message above the payload bound was dropped
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
