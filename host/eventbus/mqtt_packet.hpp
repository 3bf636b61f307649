// SPDX-License-Identifier: Apache-2.0
// The packets of MQTT 3.1.1 that a client of QoS 0 and 1 sends, printed one behind the other into one text, so that what
// is due goes out in one write.
// Thread: none, pure functions.   Errors: none; texts above kMaxMqttText bytes are the caller's to refuse.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace hearth::eventbus {

/// A topic, filter, id, user or password.
inline constexpr std::size_t kMaxMqttText = 65'535;

struct MqttLogin {
  std::string client_id;
  std::string user;  ///< empty: neither user nor password
  std::string password;
  std::uint16_t keep_alive_s = 0;
};

/// Clean session, no will.
void append_connect(std::string& text, const MqttLogin& login);
/// Every filter with that QoS.
void append_subscribe(std::string& text, std::uint16_t id, const std::vector<std::string>& filters,
                      int qos = 1);
/// QoS 1, not retained; with id 0 it is QoS 0.
void append_publish(std::string& text, std::uint16_t id, std::string_view topic, std::string_view payload);
void append_puback(std::string& text, std::uint16_t id);
void append_ping(std::string& text);
void append_disconnect(std::string& text);

}  // namespace hearth::eventbus
