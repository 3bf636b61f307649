// SPDX-License-Identifier: Apache-2.0
// A load generator's MQTT 3.1.1 client: one connection on the program's own loop, publishes gathered into few
// writes. It stands in for a mapper that a user wrote; a client with threads and queues of its own would cost
// more processor time than what is measured with it.
// Thread: the io_context's.   Errors: no connection, a refusal, and a broken link throw std::runtime_error.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "host/eventbus/packet_reader.hpp"

namespace hearth::bench {

struct MqttOptions {
  std::string broker;  ///< mqtt://host:port
  std::string user;
  std::string password;
  std::string client_id;
  int qos = 1;  ///< 0 or 1, of subscriptions and publishes
};

class MqttClient {
 public:
  using Handler = std::function<void(std::string_view topic, std::string_view payload)>;

  /// Blocks until the broker has taken the connection and every filter.
  MqttClient(boost::asio::io_context& io, MqttOptions options, const std::vector<std::string>& filters,
             Handler handler);
  MqttClient(const MqttClient&) = delete;
  MqttClient& operator=(const MqttClient&) = delete;

  /// Goes out in the next turn of the loop, together with what else was published until then.
  void publish(std::string_view topic, std::string_view payload);
  /// Handed over and not confirmed; always 0 with QoS 0.
  std::size_t unconfirmed() const { return unconfirmed_; }
  /// Bytes that the broker has not taken yet.
  std::size_t unsent() const { return out_.size() + writing_.size(); }

 private:
  void log_in();
  void subscribe(const std::vector<std::string>& filters);
  template <class Wanted>
  Wanted wait_for(const char* what);
  /// Its views hold until the next read.
  std::optional<eventbus::Packet> next_packet();
  void read();
  void write_soon();
  void write();
  void take(const eventbus::Packet& packet);
  std::uint16_t next_id();

  boost::asio::ip::tcp::socket socket_;
  MqttOptions options_;
  Handler handler_;
  eventbus::PacketReader reader_;
  std::string out_;
  std::string writing_;
  bool write_pending_ = false;
  std::uint16_t last_id_ = 0;
  std::size_t unconfirmed_ = 0;
};

}  // namespace hearth::bench
