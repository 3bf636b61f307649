// SPDX-License-Identifier: Apache-2.0
// Takes what a broker sends apart: bytes in, as they come; packets of MQTT 3.1.1 out. A client of QoS 0 and 1 that keeps
// no session is sent five kinds of packet; any other is an error.
// Thread: one owner; no I/O.   Errors: bytes that are no MQTT; after one the connection is of no more use.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <variant>
#include <vector>

#include "sdk/base/error.hpp"

namespace hearth::eventbus {

struct Connack {
  int code = 0;
};
struct Suback {
  bool accepted = false;  ///< every filter
};
struct Puback {
  std::uint16_t id = 0;
};
struct Pong {};
struct Delivery {
  std::uint16_t id = 0;  ///< to be confirmed; 0: QoS 0
  std::string_view topic;
  std::string_view payload;
  bool retained = false;
  bool oversized = false;  ///< its payload is above the bound and passed over
};
/// Views hold until the next call of room().
using Packet = std::variant<Connack, Suback, Puback, Pong, Delivery>;

class PacketReader {
 public:
  explicit PacketReader(std::size_t max_payload);

  /// Where the next bytes go, never empty; to be followed by filled().
  std::span<char> room();
  void filled(std::size_t bytes) { end_ += bytes; }
  /// Nothing: more bytes are needed.
  Result<std::optional<Packet>> next();

 private:
  Result<std::optional<Packet>> take(unsigned char first, std::string_view body);
  Result<std::optional<Packet>> begin_oversized(unsigned char first, std::size_t head, std::size_t length);
  void skip();

  const std::size_t max_payload_;
  std::vector<char> buffer_;
  std::size_t begin_ = 0;    ///< of what was not taken yet
  std::size_t end_ = 0;      ///< of what was filled
  std::size_t wanted_ = 0;   ///< bytes that the packet under way has, if known
  std::size_t skipped_ = 0;  ///< bytes still to come of a packet that is too large
};

}  // namespace hearth::eventbus
