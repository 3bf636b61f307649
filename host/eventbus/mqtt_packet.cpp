// SPDX-License-Identifier: Apache-2.0
#include "host/eventbus/mqtt_packet.hpp"

namespace hearth::eventbus {
namespace {

// First bytes, with the flags that are fixed for them (MQTT 3.1.1, 2.2).
constexpr unsigned char kConnect = 0x10;
constexpr unsigned char kPublishQos0 = 0x30;
constexpr unsigned char kPublishQos1 = 0x32;
constexpr unsigned char kPuback = 0x40;
constexpr unsigned char kSubscribe = 0x82;
constexpr unsigned char kPingreq = 0xC0;
constexpr unsigned char kDisconnect = 0xE0;

// The variable header of CONNECT (3.1.2): the protocol's name, its level 4, flags, keep-alive.
constexpr std::string_view kProtocol{"\0\4MQTT\4", 7};
constexpr char kCleanSession = 0x02;
constexpr char kUserAndPassword = static_cast<char>(0xC0);

void append_number(std::string& text, std::size_t number) {
  text += static_cast<char>(number >> 8);
  text += static_cast<char>(number & 0xFF);
}

void append_text(std::string& text, std::string_view value) {
  append_number(text, value.size());
  text += value;
}

/// First byte and remaining length: seven bits a byte, the lowest first (2.2.3).
void append_head(std::string& text, unsigned char first, std::size_t length) {
  text += static_cast<char>(first);
  do {
    const auto rest = length >> 7;
    text += static_cast<char>((length & 0x7F) | (rest > 0 ? 0x80 : 0));
    length = rest;
  } while (length > 0);
}

std::size_t size_of(std::string_view value) {
  return 2 + value.size();
}

}  // namespace

void append_connect(std::string& text, const MqttLogin& login) {
  const bool named = !login.user.empty();
  const auto names = named ? size_of(login.user) + size_of(login.password) : 0;
  append_head(text, kConnect, kProtocol.size() + 1 + 2 + size_of(login.client_id) + names);
  text += kProtocol;
  text += named ? static_cast<char>(kUserAndPassword | kCleanSession) : kCleanSession;
  append_number(text, login.keep_alive_s);
  append_text(text, login.client_id);
  if (!named) return;
  append_text(text, login.user);
  append_text(text, login.password);
}

void append_subscribe(std::string& text, std::uint16_t id, const std::vector<std::string>& filters, int qos) {
  std::size_t length = 2;
  for (const auto& filter : filters)
    length += size_of(filter) + 1;
  append_head(text, kSubscribe, length);
  append_number(text, id);
  for (const auto& filter : filters) {
    append_text(text, filter);
    text += static_cast<char>(qos);
  }
}

void append_publish(std::string& text, std::uint16_t id, std::string_view topic, std::string_view payload) {
  const bool confirmed = id != 0;
  append_head(text, confirmed ? kPublishQos1 : kPublishQos0,
              size_of(topic) + (confirmed ? 2 : 0) + payload.size());
  append_text(text, topic);
  if (confirmed) append_number(text, id);
  text += payload;
}

void append_puback(std::string& text, std::uint16_t id) {
  append_head(text, kPuback, 2);
  append_number(text, id);
}

void append_ping(std::string& text) {
  append_head(text, kPingreq, 0);
}

void append_disconnect(std::string& text) {
  append_head(text, kDisconnect, 0);
}

}  // namespace hearth::eventbus
