// SPDX-License-Identifier: Apache-2.0
#include "host/eventbus/packet_reader.hpp"

#include <algorithm>
#include <cstring>

namespace hearth::eventbus {
namespace {

// What one read can take; a larger packet makes it grow while that is under way.
constexpr std::size_t kBuffer = 16 * 1024;
constexpr std::size_t kMaxTopic = 65'535;
constexpr unsigned char kSubscriptionRefused = 0x80;  // MQTT 3.1.1, 3.9.3

// The upper half of a packet's first byte (2.2.1), and the flags of PUBLISH in the lower one (3.3.1).
enum class Kind : unsigned char { connack = 2, publish = 3, puback = 4, suback = 9, pingresp = 13 };
constexpr unsigned char kQos = 0x06;
constexpr unsigned char kQos1 = 0x02;
constexpr unsigned char kRetain = 0x01;

Error malformed(const char* what) {
  return invalid("NoMqtt", std::string("it sent ") + what);
}

std::uint16_t number_at(std::string_view bytes, std::size_t at) {
  return static_cast<std::uint16_t>(static_cast<unsigned char>(bytes[at]) << 8 |
                                    static_cast<unsigned char>(bytes[at + 1]));
}

struct Head {
  std::size_t size = 0;  ///< 0: not all of it is here
  std::size_t length = 0;
};

/// Seven bits of the length a byte, the lowest first, four bytes at most (2.2.3).
Result<Head> read_head(std::string_view bytes) {
  Head head;
  for (std::size_t i = 1; i < bytes.size(); ++i) {
    const auto byte = static_cast<unsigned char>(bytes[i]);
    head.length |= static_cast<std::size_t>(byte & 0x7F) << (7 * (i - 1));
    if (byte < 0x80) {
      head.size = i + 1;
      return head;
    }
    if (i == 4) return malformed("a packet's length of more than four bytes");
  }
  return head;
}

/// `body` may end within the payload.
Result<Delivery> read_delivery(unsigned char first, std::string_view body) {
  const unsigned char qos = first & kQos;
  if (qos > kQos1) return malformed("a message with a QoS that was not asked for");
  const std::size_t id_size = qos == kQos1 ? 2 : 0;
  if (body.size() < 2 || body.size() < 2 + number_at(body, 0) + id_size)
    return malformed("a message that ends within its topic");
  const std::size_t topic_size = number_at(body, 0);
  Delivery delivery;
  delivery.topic = body.substr(2, topic_size);
  delivery.payload = body.substr(2 + topic_size + id_size);
  delivery.retained = (first & kRetain) != 0;
  if (id_size == 0) return delivery;
  delivery.id = number_at(body, 2 + topic_size);
  if (delivery.id == 0) return malformed("a message without a packet id");
  return delivery;
}

}  // namespace

PacketReader::PacketReader(std::size_t max_payload) : max_payload_(max_payload), buffer_(kBuffer) {}

std::span<char> PacketReader::room() {
  const auto held = end_ - begin_;
  if (begin_ > 0) std::memmove(buffer_.data(), buffer_.data() + begin_, held);
  begin_ = 0;
  end_ = held;
  const auto size = std::max({kBuffer, wanted_, held + 1});
  if (buffer_.size() < size) {
    buffer_.resize(size);
  } else if (buffer_.size() > size) {
    std::vector<char> smaller(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(size));
    buffer_.swap(smaller);
  }
  return std::span(buffer_).subspan(end_);
}

Result<std::optional<Packet>> PacketReader::next() {
  skip();
  if (skipped_ > 0) return std::optional<Packet>();
  const std::string_view bytes(buffer_.data() + begin_, end_ - begin_);
  const auto head = read_head(bytes);
  if (!head) return head.error();
  wanted_ = 0;
  if (head->size == 0) return std::optional<Packet>();
  const auto first = static_cast<unsigned char>(bytes[0]);
  if (head->length > max_payload_ + kMaxTopic + 4) return begin_oversized(first, head->size, head->length);
  if (bytes.size() < head->size + head->length) {
    wanted_ = head->size + head->length;
    return std::optional<Packet>();
  }
  begin_ += head->size + head->length;
  return take(first, bytes.substr(head->size, head->length));
}

Result<std::optional<Packet>> PacketReader::take(unsigned char first, std::string_view body) {
  switch (static_cast<Kind>(first >> 4)) {
    case Kind::publish: {
      auto delivery = read_delivery(first, body);
      if (!delivery) return delivery.error();
      delivery->oversized = delivery->payload.size() > max_payload_;
      return std::optional<Packet>(*delivery);
    }
    case Kind::puback:
      if (body.size() == 2) return std::optional<Packet>(Puback{number_at(body, 0)});
      break;
    case Kind::connack:
      if (body.size() == 2) return std::optional<Packet>(Connack{static_cast<unsigned char>(body[1])});
      break;
    case Kind::suback:
      if (body.size() < 3) break;
      return std::optional<Packet>(Suback{std::all_of(body.begin() + 2, body.end(), [](char code) {
        return static_cast<unsigned char>(code) < kSubscriptionRefused;
      })});
    case Kind::pingresp:
      if (body.empty()) return std::optional<Packet>(Pong{});
      break;
  }
  return malformed("a packet that MQTT 3.1.1 does not know");
}

/// Its topic and id must be here, so that it can be confirmed; what follows is not kept.
Result<std::optional<Packet>> PacketReader::begin_oversized(unsigned char first, std::size_t head,
                                                            std::size_t length) {
  if (static_cast<Kind>(first >> 4) != Kind::publish) return malformed("a packet that is too large");
  constexpr std::size_t kEnough = 2 + kMaxTopic + 2;
  if (end_ - begin_ < head + kEnough) {
    wanted_ = head + kEnough;
    return std::optional<Packet>();
  }
  auto delivery = read_delivery(first, {buffer_.data() + begin_ + head, kEnough});
  if (!delivery) return delivery.error();
  delivery->payload = {};
  delivery->oversized = true;
  skipped_ = head + length;
  return std::optional<Packet>(*delivery);
}

void PacketReader::skip() {
  const auto bytes = std::min(skipped_, end_ - begin_);
  begin_ += bytes;
  skipped_ -= bytes;
}

}  // namespace hearth::eventbus
