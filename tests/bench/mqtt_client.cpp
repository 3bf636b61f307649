// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/mqtt_client.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <stdexcept>
#include <utility>

#include "host/eventbus/broker_stream.hpp"
#include "host/eventbus/mqtt_packet.hpp"
#include "sdk/net/http_client.hpp"

namespace hearth::bench {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

constexpr std::size_t kMaxPayload = 1024 * 1024;
constexpr std::uint16_t kNoKeepAlive = 0;  // the run is bounded

[[noreturn]] void fail(const std::string& why) {
  throw std::runtime_error("MQTT: " + why);
}

}  // namespace

MqttClient::MqttClient(asio::io_context& io, MqttOptions options, const std::vector<std::string>& filters,
                       Handler handler)
    : socket_(io), options_(std::move(options)), handler_(std::move(handler)), reader_(kMaxPayload) {
  const auto url = net::parse_url(options_.broker);
  if (!url || url->scheme != "mqtt") fail("expected a broker such as mqtt://127.0.0.1:1883");
  asio::ip::tcp::resolver resolver(io);
  asio::connect(socket_, resolver.resolve(url->host, url->port));
  socket_.set_option(asio::ip::tcp::no_delay(true));
  log_in();
  if (!filters.empty()) subscribe(filters);
  read();
}

void MqttClient::log_in() {
  std::string packet;
  eventbus::append_connect(packet, {options_.client_id, options_.user, options_.password, kNoKeepAlive});
  asio::write(socket_, asio::buffer(packet));
  if (wait_for<eventbus::Connack>("CONNACK").code != 0) fail("the broker refuses the connection");
}

void MqttClient::subscribe(const std::vector<std::string>& filters) {
  std::string packet;
  eventbus::append_subscribe(packet, next_id(), filters, options_.qos);
  asio::write(socket_, asio::buffer(packet));
  if (!wait_for<eventbus::Suback>("SUBACK").accepted) fail("the broker refuses a subscription");
}

std::optional<eventbus::Packet> MqttClient::next_packet() {
  auto packet = reader_.next();
  if (!packet) fail(packet.error().text);
  return *packet;
}

/// Only before read(): whatever else comes first is not for us yet.
template <class Wanted>
Wanted MqttClient::wait_for(const char* what) {
  for (;;) {
    while (const auto packet = next_packet()) {
      if (const auto* wanted = std::get_if<Wanted>(&*packet)) return *wanted;
    }
    const auto room = reader_.room();
    error_code failed;
    reader_.filled(socket_.read_some(asio::buffer(room.data(), room.size()), failed));
    if (failed) fail(std::string("no ") + what + ": " + failed.message());
  }
}

void MqttClient::read() {
  while (const auto packet = next_packet())
    take(*packet);
  const auto room = reader_.room();
  socket_.async_read_some(asio::buffer(room.data(), room.size()), [this](error_code failed, std::size_t got) {
    if (failed == asio::error::operation_aborted) return;
    if (failed) fail("the link broke: " + failed.message());
    reader_.filled(got);
    eventbus::acknowledge_at_once(socket_);
    read();
  });
}

void MqttClient::take(const eventbus::Packet& packet) {
  if (std::holds_alternative<eventbus::Puback>(packet) && unconfirmed_ > 0) --unconfirmed_;
  const auto* message = std::get_if<eventbus::Delivery>(&packet);
  if (message == nullptr) return;
  if (message->id != 0) {
    eventbus::append_puback(out_, message->id);
    write_soon();
  }
  handler_(message->topic, message->payload);
}

void MqttClient::publish(std::string_view topic, std::string_view payload) {
  const bool confirmed = options_.qos > 0;
  eventbus::append_publish(out_, confirmed ? next_id() : 0, topic, payload);
  if (confirmed) ++unconfirmed_;
  write_soon();
}

void MqttClient::write_soon() {
  if (std::exchange(write_pending_, true)) return;
  asio::post(socket_.get_executor(), [this] { write(); });
}

void MqttClient::write() {
  std::swap(out_, writing_);
  out_.clear();
  asio::async_write(socket_, asio::buffer(writing_), [this](error_code failed, std::size_t) {
    if (failed == asio::error::operation_aborted) return;
    if (failed) fail("the link broke: " + failed.message());
    writing_.clear();
    write_pending_ = false;
    if (!out_.empty()) write_soon();
  });
}

std::uint16_t MqttClient::next_id() {
  if (++last_id_ == 0) last_id_ = 1;
  return last_id_;
}

}  // namespace hearth::bench
