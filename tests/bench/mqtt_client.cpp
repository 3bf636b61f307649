// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/mqtt_client.hpp"

#include <netinet/tcp.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <stdexcept>
#include <utility>

#include "sdk/net/http_client.hpp"

namespace hearth::bench {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

// Packet types in the upper half of the first byte (MQTT 3.1.1, 2.2.1), with the flags that are fixed.
constexpr unsigned char kConnect = 0x10;
constexpr unsigned char kConnack = 0x20;
constexpr unsigned char kPublish = 0x30;
constexpr unsigned char kPuback = 0x40;
constexpr unsigned char kSubscribe = 0x82;
constexpr unsigned char kSuback = 0x90;
constexpr unsigned char kTypeMask = 0xf0;
constexpr unsigned char kRefused = 0x80;
constexpr std::size_t kPiece = 16 * 1024;

void add_number(std::string& to, std::size_t number) {
  to += static_cast<char>(number >> 8);
  to += static_cast<char>(number & 0xff);
}

void add_text(std::string& to, std::string_view text) {
  add_number(to, text.size());
  to += text;
}

/// A broker that lets Nagle's algorithm gather its packets would wait for our delayed acknowledgement, 40 ms. The
/// kernel forgets this setting by itself, so it is made anew with every read.
void acknowledge_at_once(asio::ip::tcp::socket& socket) {
  const int on = 1;
  ::setsockopt(socket.native_handle(), IPPROTO_TCP, TCP_QUICKACK, &on, sizeof on);
}

std::size_t number_at(std::string_view bytes, std::size_t at) {
  return static_cast<std::size_t>(static_cast<unsigned char>(bytes[at])) << 8 |
         static_cast<unsigned char>(bytes[at + 1]);
}

/// The length of a packet's body, 7 bits a byte, the lowest first.
void add_length(std::string& to, std::size_t length) {
  do {
    const auto rest = length >> 7;
    to += static_cast<char>((length & 0x7f) | (rest > 0 ? 0x80 : 0));
    length = rest;
  } while (length > 0);
}

void add_packet(std::string& to, unsigned char head, std::string_view body) {
  to += static_cast<char>(head);
  add_length(to, body.size());
  to += body;
}

[[noreturn]] void fail(const std::string& why) {
  throw std::runtime_error("MQTT: " + why);
}

}  // namespace

MqttClient::MqttClient(asio::io_context& io, MqttOptions options, const std::vector<std::string>& filters,
                       Handler handler)
    : socket_(io), options_(std::move(options)), handler_(std::move(handler)) {
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
  std::string body;
  add_text(body, "MQTT");
  body += '\x04';
  const bool named = !options_.user.empty();
  body += static_cast<char>(named ? 0xc2 : 0x02);  // clean session
  add_number(body, 0);                             // no keep-alive: the run is bounded
  add_text(body, options_.client_id);
  if (named) {
    add_text(body, options_.user);
    add_text(body, options_.password);
  }
  std::string packet;
  add_packet(packet, kConnect, body);
  asio::write(socket_, asio::buffer(packet));
  const auto answer = wait_for_packet(kConnack, "CONNACK");
  if (answer.body.size() != 2 || answer.body[1] != 0) fail("the broker refuses the connection");
}

void MqttClient::subscribe(const std::vector<std::string>& filters) {
  std::string body;
  add_number(body, next_id());
  for (const auto& filter : filters) {
    add_text(body, filter);
    body += static_cast<char>(options_.qos);
  }
  std::string packet;
  add_packet(packet, kSubscribe, body);
  asio::write(socket_, asio::buffer(packet));
  const auto answer = wait_for_packet(kSuback, "SUBACK");
  for (const char code : answer.body.substr(std::min<std::size_t>(2, answer.body.size()))) {
    if (static_cast<unsigned char>(code) >= kRefused) fail("the broker refuses a subscription");
  }
}

/// Only before read(): whatever else comes first is not for us yet.
MqttClient::Packet MqttClient::wait_for_packet(unsigned char type, const char* what) {
  Packet packet;
  for (;;) {
    while (!next_packet(packet)) {
      const auto had = in_.size();
      in_.resize(had + kPiece);
      error_code failed;
      const auto got = socket_.read_some(asio::buffer(in_.data() + had, kPiece), failed);
      in_.resize(had + got);
      if (failed) fail(std::string("no ") + what + ": " + failed.message());
    }
    if ((packet.head & kTypeMask) == type) return packet;
  }
}

bool MqttClient::next_packet(Packet& packet) {
  const std::string_view bytes = std::string_view(in_).substr(in_done_);
  std::size_t length = 0;
  std::size_t at = 1;
  for (int shift = 0;; shift += 7) {
    if (at >= bytes.size()) return false;
    const auto byte = static_cast<unsigned char>(bytes[at++]);
    length |= static_cast<std::size_t>(byte & 0x7f) << shift;
    if (byte < 0x80) break;
    if (shift == 21) fail("the broker sent a length of more than four bytes");
  }
  if (bytes.size() < at + length) return false;
  packet = {static_cast<unsigned char>(bytes[0]), bytes.substr(at, length)};
  in_done_ += at + length;
  return true;
}

void MqttClient::read() {
  Packet packet;
  while (next_packet(packet))
    take(packet);
  in_.erase(0, std::exchange(in_done_, 0));
  const auto had = in_.size();
  in_.resize(had + kPiece);
  socket_.async_read_some(asio::buffer(in_.data() + had, kPiece),
                          [this, had](error_code failed, std::size_t got) {
                            if (failed == asio::error::operation_aborted) return;
                            if (failed) fail("the link broke: " + failed.message());
                            in_.resize(had + got);
                            acknowledge_at_once(socket_);
                            read();
                          });
}

void MqttClient::take(const Packet& packet) {
  const auto type = packet.head & kTypeMask;
  if (type == kPublish) take_message(packet);
  if (type == kPuback && unconfirmed_ > 0) --unconfirmed_;
}

void MqttClient::take_message(const Packet& packet) {
  const auto& body = packet.body;
  const bool with_id = (packet.head & 0x06) != 0;
  if (body.size() < 2) fail("a message without topic");
  const auto topic_end = 2 + number_at(body, 0);
  const auto payload = topic_end + (with_id ? 2 : 0);
  if (body.size() < payload) fail("a message shorter than its topic");
  if (with_id) {
    add_packet(out_, kPuback, body.substr(topic_end, 2));
    write_soon();
  }
  handler_(body.substr(2, topic_end - 2), body.substr(payload));
}

void MqttClient::publish(std::string_view topic, std::string_view payload) {
  const bool confirmed = options_.qos > 0;
  out_ += static_cast<char>(kPublish | (confirmed ? 0x02 : 0));
  add_length(out_, 2 + topic.size() + (confirmed ? 2 : 0) + payload.size());
  add_text(out_, topic);
  if (confirmed) add_number(out_, next_id());
  out_ += payload;
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
