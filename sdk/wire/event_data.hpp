// SPDX-License-Identifier: Apache-2.0
// Event data of mappers and applications on its way to the cloud: KubeEdge's upload of the group `user` (kubeedge wire,
// A.10). KubeEdge has text only; between two Hearth peers bytes that are no UTF-8 travel as {"base64":"…"}.
// Thread: pure functions.   Errors: a message of another content gives an Error.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sdk/wire/hub_message.hpp"

namespace hearth::wire {

/// The MQTT filters a host takes event data from, unless it is told otherwise.
std::vector<std::string> event_data_topics();

struct EventData {
  std::string topic;
  std::string payload;  ///< any bytes
};

/// `id` becomes the msg_id: the same for the same event however often it is sent. To a stock peer, what is no UTF-8 is
/// replaced character by character, as its own edge does.
HubMessage event_data_message(std::string id, std::string_view topic, std::string_view payload,
                              std::int64_t time_ms, bool hearth_peer);

bool is_event_data(const HubMessage& message);
Result<EventData> parse_event_data(const HubMessage& message);

}  // namespace hearth::wire
