// SPDX-License-Identifier: Apache-2.0
// Twin, state and membership documents: payloads P1 to P11 on MQTT, and the contents of hub messages 1, 2, 5
// and 7.
// Thread: plain values.   Errors: an Error whose code is the wire's: "400" for what a peer sent wrong.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sdk/base/error.hpp"
#include "sdk/base/ids.hpp"

namespace hearth::wire {

/// The longest MQTT payload taken for a twin or state message.
inline constexpr std::size_t kMaxPayloadSize = 1024 * 1024;

/// "expected" or "actual" of one key.
struct TwinValue {
  std::string value;
  std::int64_t timestamp = 0;  ///< metadata.timestamp, Unix ms; 0 = absent
  bool operator==(const TwinValue&) const = default;
};

/// One key of a twin message. A key that was null in the message has `remove`.
struct TwinEntry {
  std::optional<TwinValue> expected;
  std::optional<TwinValue> actual;
  std::optional<bool> optional;
  std::string type;  ///< metadata.type; empty = not given
  bool remove = false;
  bool operator==(const TwinEntry&) const = default;
};

using TwinMap = std::map<std::string, TwinEntry>;

/// P1, and the content of edge_updated.
struct TwinUpdate {
  std::string event_id;
  std::int64_t timestamp = 0;
  TwinMap twin;
  std::string device_uid;  ///< only between Hearth peers: of the Device that is reported
};

/// A number, boolean or string is taken for a value's text; null or missing "value" is an error, as are keys
/// over 128 characters and values over 64 KiB or not in UTF-8.
Result<TwinUpdate> parse_twin_update(std::string_view payload);
Result<TwinUpdate> parse_twin_update(const nlohmann::json& document);
/// A text is always a payload: without these two it could as well become a JSON string.
inline Result<TwinUpdate> parse_twin_update(const std::string& payload) {
  return parse_twin_update(std::string_view(payload));
}
inline Result<TwinUpdate> parse_twin_update(const char* payload) {
  return parse_twin_update(std::string_view(payload));
}

nlohmann::json twin_to_json(const TwinMap& twin);
/// P1 as a mapper sends it, and hub message 5; the text for MQTT, the document as the content of a hub message.
std::string twin_update_text(const TwinUpdate& update);
nlohmann::json print_twin_update(const TwinUpdate& update);

/// P2; an empty payload is taken too.
struct Request {
  std::string event_id;
  std::int64_t timestamp = 0;
};
Result<Request> parse_request(std::string_view payload);

std::string twin_result_text(std::string_view event_id, std::int64_t now_ms, const TwinMap& twin);  ///< P3
nlohmann::json twin_failure(std::string_view event_id, std::int64_t now_ms, int code,
                            std::string_view reason);  ///< P4
/// P5: `twin` = every key with a non-empty expected value, `delta` = those where it differs from actual.
nlohmann::json twin_delta(std::int64_t now_ms, const TwinMap& twin);
/// The keys and values under "delta"; how a mapper reads P5.
Result<std::map<std::string, std::string>> parse_twin_delta(std::string_view payload);

struct DocumentEntry {
  std::optional<TwinEntry> last;
  std::optional<TwinEntry> current;
};
std::string twin_document_text(std::string_view event_id, std::int64_t now_ms,
                               const std::map<std::string, DocumentEntry>& twin);  ///< P6

/// P7. `state` is lower case and one of online, offline, ok, unknown, unhealthy, disconnected.
struct StateUpdate {
  std::string event_id;
  std::int64_t timestamp = 0;
  std::string state;
};
Result<StateUpdate> parse_state_update(std::string_view payload);

/// P8, and the content (a JSON string) of hub message 7. `last_online` is RFC 3339 or empty.
nlohmann::json state_result(std::string_view event_id, std::int64_t now_ms, std::string_view device_name,
                            std::string_view state, std::string_view last_online);
struct DeviceState {
  std::string state;
  std::string last_online;
  std::string device_uid;  ///< only between Hearth peers
};
/// The content of hub message 7, to be sent as a string.
nlohmann::json state_report(std::string_view event_id, std::int64_t now_ms, std::string_view device_name,
                            const DeviceState& state);
/// Reads hub message 7; "last_online" of KubeEdge up to 1.17 too.
Result<DeviceState> parse_state_report(const nlohmann::json& document);

/// One device in membership documents (P9, P11, hub messages 2 and 9).
struct Member {
  DeviceId id;
  std::string description;
  std::string state;        ///< only in P9
  std::string last_online;  ///< only in P9
};
struct MembershipChange {
  std::vector<Member> added;
  std::vector<Member> removed;
};
nlohmann::json membership_change(std::int64_t now_ms,
                                 const MembershipChange& change);  ///< P11, hub message 2
Result<MembershipChange> parse_membership_change(const nlohmann::json& document);
nlohmann::json membership_list(std::string_view event_id, std::int64_t now_ms,
                               const std::vector<Member>& members);  ///< P9, 9
Result<std::vector<Member>> parse_membership_list(const nlohmann::json& document);
nlohmann::json membership_detail_request(std::string_view node,
                                         std::int64_t now_ms);  ///< 1, to be sent as a string

}  // namespace hearth::wire
