// SPDX-License-Identifier: Apache-2.0
#include "sdk/wire/hub_message.hpp"

#include <fmt/format.h>

#include "sdk/base/bounded_json.hpp"
#include "sdk/base/ids.hpp"

namespace hearth::wire {
namespace {

using nlohmann::json;

Error malformed(std::string_view what) {
  return invalid("MalformedMessage", fmt::format("hub message: {}", what));
}

void set_if_given(json& object, const char* key, const std::string& value) {
  if (!value.empty()) object[key] = value;
}

/// Takes a string field; absent and null read as empty.
Result<std::string> text(const json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || found->is_null()) return std::string();
  if (!found->is_string()) return malformed(fmt::format("\"{}\" must be a string", key));
  return found->get<std::string>();
}

Result<void> read_texts(const json& object,
                        std::initializer_list<std::pair<const char*, std::string*>> fields) {
  for (const auto& [key, target] : fields) {
    auto value = text(object, key);
    if (!value) return value.error();
    *target = std::move(*value);
  }
  return {};
}

Result<json> object_at(const json& document, const char* key) {
  const auto found = document.find(key);
  if (found == document.end() || found->is_null()) return json::object();
  if (!found->is_object()) return malformed(fmt::format("\"{}\" must be an object", key));
  return *found;
}

Result<Header> read_header(const json& object) {
  Header header;
  const auto read = read_texts(object, {{"msg_id", &header.msg_id},
                                        {"parent_msg_id", &header.parent_msg_id},
                                        {"resourceversion", &header.resource_version}});
  if (!read) return read.error();
  if (const auto time = object.find("timestamp"); time != object.end() && time->is_number_integer()) {
    header.timestamp = time->get<std::int64_t>();
  }
  if (const auto sync = object.find("sync"); sync != object.end() && sync->is_boolean())
    header.sync = sync->get<bool>();
  return header;
}

/// Go's JSON encoder writes these three so that the text can stand in HTML; a peer may compare bytes.
std::string with_go_escapes(std::string text) {
  std::string escaped;
  escaped.reserve(text.size() + text.size() / 16);
  for (const char c : text) {
    switch (c) {
      case '<':
        escaped += "\\u003c";
        break;
      case '>':
        escaped += "\\u003e";
        break;
      case '&':
        escaped += "\\u0026";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

}  // namespace

Result<json> HubMessage::document() const {
  if (!content.is_string()) return content;
  auto parsed = parse_json(content.get_ref<const std::string&>(), kMaxHubMessageSize);
  if (!parsed) return std::move(parsed).error().within("content");
  return parsed;
}

std::string print(const HubMessage& message) {
  json header{{"msg_id", message.header.msg_id}, {"timestamp", message.header.timestamp}};
  set_if_given(header, "parent_msg_id", message.header.parent_msg_id);
  set_if_given(header, "resourceversion", message.header.resource_version);
  if (message.header.sync) header["sync"] = true;
  auto route = json::object();
  set_if_given(route, "source", message.route.source);
  set_if_given(route, "group", message.route.group);
  set_if_given(route, "operation", message.route.operation);
  set_if_given(route, "resource", message.route.resource);
  const json document{
      {"header", std::move(header)}, {"route", std::move(route)}, {"content", message.content}};
  return with_go_escapes(document.dump(-1, ' ', false, json::error_handler_t::replace)) + "\n";
}

Result<HubMessage> parse_hub_message(std::string_view frame) {
  const auto document = parse_json(frame, kMaxHubMessageSize);
  if (!document) return document.error().within("hub message");
  if (!document->is_object()) return malformed("must be an object");
  const auto header_object = object_at(*document, "header");
  if (!header_object) return header_object.error();
  const auto route_object = object_at(*document, "route");
  if (!route_object) return route_object.error();

  HubMessage message;
  auto header = read_header(*header_object);
  if (!header) return header.error();
  message.header = std::move(*header);
  const auto read = read_texts(*route_object, {{"source", &message.route.source},
                                               {"group", &message.route.group},
                                               {"operation", &message.route.operation},
                                               {"resource", &message.route.resource}});
  if (!read) return read.error();
  if (const auto content = document->find("content"); content != document->end()) message.content = *content;
  return message;
}

HubMessage make_message(Route route, json content, std::int64_t now_ms) {
  HubMessage message;
  message.header.msg_id = new_uuid();
  message.header.timestamp = now_ms;
  message.route = std::move(route);
  message.content = std::move(content);
  return message;
}

HubMessage make_response(const HubMessage& request, json content, std::int64_t now_ms) {
  auto route = request.route;
  route.operation = operation::kResponse;
  auto response = make_message(std::move(route), std::move(content), now_ms);
  response.header.parent_msg_id = request.header.msg_id;
  return response;
}

HubMessage make_keepalive(std::int64_t now_ms) {
  Route route{std::string(source::kWebsocket), std::string(group::kResource),
              std::string(operation::kKeepalive), "node"};
  return make_message(std::move(route), "ping", now_ms);
}

}  // namespace hearth::wire
