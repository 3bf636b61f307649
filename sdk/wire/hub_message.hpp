// SPDX-License-Identifier: Apache-2.0
// The envelope between CloudHub and EdgeHub: one JSON text frame a message, as KubeEdge 1.15 to 1.23 write
// it; between two Hearth peers a frame may also hold an array of messages.
// Thread: plain values.   Errors: a frame of another shape, or above the bound, gives an Error.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "sdk/base/error.hpp"

namespace hearth::wire {

/// The longest frame taken from a peer, reassembled.
inline constexpr std::size_t kMaxHubMessageSize = 4 * 1024 * 1024;
/// The most messages taken in one frame.
inline constexpr std::size_t kMaxHubBatch = 4096;

struct Header {
  std::string msg_id;
  std::string parent_msg_id;   ///< on responses only: a stock edge swallows anything else that carries it
  std::int64_t timestamp = 0;  ///< Unix milliseconds
  bool sync = false;
  std::string resource_version;  ///< JSON key "resourceversion"
};

struct Route {
  std::string source;
  std::string group;
  std::string operation;
  std::string resource;
};

struct HubMessage {
  Header header;
  Route route;  ///< JSON key "route"
  nlohmann::json content;
  /// The content as JSON text, for one that is made thousands of times a second; then `content` is not looked at.
  std::string printed_content;

  /// The content as a document: an object as it is, a string parsed as JSON (stock peers send both).
  Result<nlohmann::json> document() const;
};

/// Compact JSON with Go's escapes of < > & and the final newline, as stock peers expect and send it.
std::string print(const HubMessage& message);
/// The same without the newline, at the end of what is there.
void append(std::string& text, const HubMessage& message);
/// One message; an array is refused.
Result<HubMessage> parse_hub_message(std::string_view text);
/// One message, or an array of them, in their order. One that is malformed makes the frame so.
Result<std::vector<HubMessage>> parse_hub_frame(std::string_view text);

/// A message with a fresh id and this time.
HubMessage make_message(Route route, nlohmann::json content, std::int64_t now_ms);
/// "response" to a message: fresh id, its id as parent, same source, group and resource.
HubMessage make_response(const HubMessage& request, nlohmann::json content, std::int64_t now_ms);

namespace operation {
inline constexpr std::string_view kInsert = "insert", kDelete = "delete", kUpdate = "update", kGet = "get",
                                  kResponse = "response", kError = "error", kKeepalive = "keepalive",
                                  kUpload = "upload";
}  // namespace operation

namespace source {
inline constexpr std::string_view kTwin = "twin", kDeviceController = "devicecontroller",
                                  kEdgeController = "edgecontroller", kMeta = "meta",
                                  kWebsocket = "websocket";
}  // namespace source

namespace group {
inline constexpr std::string_view kResource = "resource", kTwin = "twin", kUser = "user";
}  // namespace group

/// The keepalive frame of A.7 (every 15 s; no answer).
HubMessage make_keepalive(std::int64_t now_ms);

inline constexpr std::string_view kDefaultProjectId = "e632aba927ea4ac2b575ec1603d56f10";
/// Upgrade header by which two Hearth peers know each other: "Hearth-Protocol: 1".
inline constexpr std::string_view kHearthProtocolHeader = "Hearth-Protocol";
/// Upgrade header with an id that each start of a host makes anew: tells two hosts of one name apart.
inline constexpr std::string_view kHearthInstanceHeader = "Hearth-Instance";

}  // namespace hearth::wire
