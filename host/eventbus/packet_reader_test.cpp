// SPDX-License-Identifier: Apache-2.0
#include "host/eventbus/packet_reader.hpp"

#include <gtest/gtest.h>

#include "host/eventbus/mqtt_packet.hpp"

namespace hearth::eventbus {
namespace {

using namespace std::string_literals;

constexpr std::size_t kMaxPayload = 100'000;

/// What comes of bytes that arrive in pieces; the text of the error, if they are no MQTT.
struct Reading {
  std::vector<std::string> packets;
  std::string error;
};

std::string describe(const Packet& packet) {
  if (const auto* connack = std::get_if<Connack>(&packet)) return "connack " + std::to_string(connack->code);
  if (const auto* suback = std::get_if<Suback>(&packet)) return suback->accepted ? "suback" : "refused";
  if (const auto* puback = std::get_if<Puback>(&packet)) return "puback " + std::to_string(puback->id);
  if (std::holds_alternative<Pong>(packet)) return "pong";
  const auto& delivery = std::get<Delivery>(packet);
  return std::to_string(delivery.id) + ' ' + std::string(delivery.topic) +
         (delivery.retained ? " retained " : " ") +
         (delivery.oversized ? "oversized" : std::string(delivery.payload));
}

Reading read(std::string_view bytes, std::size_t piece) {
  PacketReader reader(kMaxPayload);
  Reading reading;
  while (!bytes.empty()) {
    const auto room = reader.room();
    const auto size = std::min({piece, room.size(), bytes.size()});
    std::copy_n(bytes.begin(), size, room.begin());
    reader.filled(size);
    bytes.remove_prefix(size);
    for (;;) {
      const auto packet = reader.next();
      if (!packet) {
        reading.error = packet.error().text;
        return reading;
      }
      if (!*packet) break;
      reading.packets.push_back(describe(**packet));
    }
  }
  return reading;
}

std::vector<std::string> packets(const std::string& bytes) {
  const auto whole = read(bytes, bytes.size());
  const auto pieces = read(bytes, 1);
  EXPECT_EQ(whole.packets, pieces.packets) << "it must not matter how the bytes arrive";
  EXPECT_EQ(whole.error, pieces.error);
  return whole.packets;
}

std::string publish(std::uint16_t id, const std::string& topic, const std::string& payload) {
  std::string text;
  append_publish(text, id, topic, payload);
  return text;
}

using Texts = std::vector<std::string>;

TEST(PacketReader, ReadsWhatAClientIsSent) {
  EXPECT_EQ(packets("\x20\x02\x00\x05"s), Texts{"connack 5"});
  EXPECT_EQ(packets("\x90\x04\x00\x01\x01\x01"s), Texts{"suback"});
  EXPECT_EQ(packets("\x90\x04\x00\x01\x01\x80"s), Texts{"refused"});
  EXPECT_EQ(packets("\x40\x02\x12\x34"s), Texts{"puback 4660"});
  EXPECT_EQ(packets("\xD0\x00"s), Texts{"pong"});
  EXPECT_EQ(packets("\x30\x05\x00\x01"s + "a" + "hi"), Texts{"0 a hi"});
  EXPECT_EQ(packets("\x3B\x05\x00\x01"s + "a" + "\x00\x07"s), Texts{"7 a retained "});
}

TEST(PacketReader, ReadsManyPacketsOfOneRead) {
  EXPECT_EQ(packets(publish(1, "a", "1") + "\x40\x02\x00\x09"s + publish(2, "b", "")),
            (Texts{"1 a 1", "puback 9", "2 b "}));
}

TEST(PacketReader, ReadsPacketsLargerThanItsBuffer) {
  for (const std::size_t size : {120U, 127U, 128U, 16'370U, 16'384U, 50'000U, 100'000U}) {
    const std::string payload(size, 'x');
    EXPECT_EQ(packets(publish(3, "t", payload) + publish(4, "u", "1")), (Texts{"3 t " + payload, "4 u 1"}));
  }
}

TEST(PacketReader, PassesOverWhatIsAboveTheBoundAndSaysSo) {
  for (const std::size_t size : {100'001U, 165'000U, 170'000U, 1'000'000U}) {
    EXPECT_EQ(packets(publish(5, "t", std::string(size, 'x')) + publish(6, "u", "1")),
              (Texts{"5 t oversized", "6 u 1"}));
  }
}

TEST(PacketReader, RefusesWhatIsNoMqtt) {
  const auto error = [](const std::string& bytes) { return read(bytes, bytes.size()).error; };
  EXPECT_EQ(error("HTTP/1.1 400 Bad Request\r\n\r\n" + std::string(100, ' ')),
            "it sent a packet that MQTT 3.1.1 does not know");
  EXPECT_EQ(error("\x30\xFF\xFF\xFF\xFF"s), "it sent a packet's length of more than four bytes");
  EXPECT_EQ(error("\x40\xFF\xFF\xFF\x7F"s), "it sent a packet that is too large");
  EXPECT_EQ(error("\x34\x05\x00\x01\x61\x00\x01"s), "it sent a message with a QoS that was not asked for");
  EXPECT_EQ(error("\x32\x05\x00\x01\x61\x00\x00"s), "it sent a message without a packet id");
  EXPECT_EQ(error("\x30\x02\x00\x01"s), "it sent a message that ends within its topic");
  for (const auto& wrong :
       {"\x20\x01\x00"s, "\x40\x00"s, "\x90\x02\x00\x01"s, "\xD0\x01\x00"s, "\x62\x02\x00\x01"s})
    EXPECT_EQ(error(wrong), "it sent a packet that MQTT 3.1.1 does not know");
}

TEST(MqttPacket, IsPrintedAsTheStandardHasIt) {
  std::string text;
  append_connect(text, {"id", "", "", 30});
  EXPECT_EQ(text, "\x10\x0E\x00\x04MQTT\x04\x02\x00\x1E\x00\x02id"s);
  text.clear();
  append_connect(text, {"id", "me", "pw", 30});
  EXPECT_EQ(text, "\x10\x16\x00\x04MQTT\x04\xC2\x00\x1E\x00\x02id\x00\x02me\x00\x02pw"s);
  text.clear();
  append_subscribe(text, 1, {"a/#", "b"});
  EXPECT_EQ(text, "\x82\x0C\x00\x01\x00\x03"s + "a/#" + "\x01\x00\x01"s + "b" + "\x01");
  text.clear();
  append_publish(text, 258, "t", std::string(200, 'x'));
  EXPECT_EQ(text.substr(0, 8), "\x32\xCD\x01\x00\x01t\x01\x02"s);
  text.clear();
  append_puback(text, 258);
  append_ping(text);
  append_disconnect(text);
  EXPECT_EQ(text, "\x40\x02\x01\x02\xC0\x00\xE0\x00"s);
}

}  // namespace
}  // namespace hearth::eventbus
