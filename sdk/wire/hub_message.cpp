// SPDX-License-Identifier: Apache-2.0
#include "sdk/wire/hub_message.hpp"

#include <fmt/format.h>

#include <iterator>

#include "sdk/base/bounded_json.hpp"
#include "sdk/base/ids.hpp"

namespace hearth::wire {
namespace {

using nlohmann::json;

/// Go's JSON encoder writes < > & so that the text can stand in HTML; a peer may compare bytes.
void append_with_go_escapes(std::string& text, std::string_view json_text) {
  for (;;) {
    const auto special = json_text.find_first_of("<>&");
    text += json_text.substr(0, special);
    if (special == json_text.npos) return;
    fmt::format_to(std::back_inserter(text), "\\u{:04x}", static_cast<unsigned>(json_text[special]));
    json_text.remove_prefix(special + 1);
  }
}

bool needs_no_escape(std::string_view text) {
  for (const char c : text) {
    if (c < 0x20 || c > 0x7e || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&') return false;
  }
  return true;
}

void append_json(std::string& text, const json& value) {
  append_with_go_escapes(text, value.dump(-1, ' ', false, json::error_handler_t::replace));
}

void append_string(std::string& text, std::string_view value) {
  if (!needs_no_escape(value)) return append_json(text, json(value));
  text += '"';
  text += value;
  text += '"';
}

/// `lead` is the comma before it, if any, and the name.
void append_if_given(std::string& text, std::string_view lead, const std::string& value) {
  if (value.empty()) return;
  text += lead;
  append_string(text, value);
}

void append_route(std::string& text, const Route& route) {
  const auto begin = text.size();
  append_if_given(text, R"(,"source":)", route.source);
  append_if_given(text, R"(,"group":)", route.group);
  append_if_given(text, R"(,"operation":)", route.operation);
  append_if_given(text, R"(,"resource":)", route.resource);
  if (text.size() > begin) text[begin] = '{';  // in place of the first comma
  if (text.size() == begin) text += '{';
  text += '}';
}

void append_content(std::string& text, const HubMessage& message) {
  if (!message.printed_content.empty()) return append_with_go_escapes(text, message.printed_content);
  const auto* words = message.content.get_ptr<const std::string*>();
  words != nullptr ? append_string(text, *words) : append_json(text, message.content);
}

}  // namespace

Result<json> HubMessage::document() const {
  if (printed_content.empty() && !content.is_string()) return content;
  const auto& text = printed_content.empty() ? content.get_ref<const std::string&>() : printed_content;
  auto parsed = parse_json(text, kMaxHubMessageSize);
  if (!parsed) return std::move(parsed).error().within("content");
  return parsed;
}

void append(std::string& text, const HubMessage& message) {
  const auto& header = message.header;
  text += R"({"header":{"msg_id":)";
  append_string(text, header.msg_id);
  append_if_given(text, R"(,"parent_msg_id":)", header.parent_msg_id);
  text += R"(,"timestamp":)";
  text += fmt::format_int(header.timestamp).str();
  append_if_given(text, R"(,"resourceversion":)", header.resource_version);
  if (header.sync) text += R"(,"sync":true)";
  text += R"(},"route":)";
  append_route(text, message.route);
  text += R"(,"content":)";
  append_content(text, message);
  text += '}';
}

std::string print(const HubMessage& message) {
  std::string text;
  append(text, message);
  text += '\n';
  return text;
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
