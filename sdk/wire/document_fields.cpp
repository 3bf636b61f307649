// SPDX-License-Identifier: Apache-2.0
#include "sdk/wire/document_fields.hpp"

#include <fmt/format.h>

#include <limits>

#include "sdk/base/bounded_json.hpp"
#include "sdk/base/utf8.hpp"

namespace hearth::wire {

using nlohmann::json;

namespace {
constexpr std::size_t kMaxEventIdSize = 256;
}  // namespace

Error bad_request(std::string text) {
  return invalid("400", std::move(text));
}

const json* member(const json& object, const char* name) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(name);
  return found == object.end() || found->is_null() ? nullptr : &*found;
}

Result<std::string> text_member(const json& object, const char* name, std::size_t max_size) {
  const json* found = member(object, name);
  if (!found) return std::string();
  if (!found->is_string()) return bad_request(fmt::format("\"{}\" must be a string", name));
  auto text = found->get<std::string>();
  if (text.size() > max_size || !is_utf8(text)) {
    return bad_request(fmt::format("\"{}\" must be UTF-8 of at most {} bytes", name, max_size));
  }
  return text;
}

Result<std::int64_t> time_member(const json& object, const char* name) {
  const json* found = member(object, name);
  if (!found) return 0;
  constexpr auto kMax = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  const bool too_large = found->is_number_unsigned() && found->get<std::uint64_t>() > kMax;
  if (!found->is_number_integer() || too_large) {
    return bad_request(fmt::format("\"{}\" must be a whole number of milliseconds", name));
  }
  return found->get<std::int64_t>();
}

Result<json> parse_payload(std::string_view payload) {
  auto document = parse_json(payload, kMaxPayloadSize);
  if (!document) return bad_request(document.error().text);
  return document;
}

Result<Request> parse_head(const json& document) {
  if (!document.is_object()) return bad_request("the payload must be a JSON object");
  auto event_id = text_member(document, "event_id", kMaxEventIdSize);
  if (!event_id) return std::move(event_id).error();
  const auto timestamp = time_member(document, "timestamp");
  if (!timestamp) return timestamp.error();
  return Request{std::move(*event_id), *timestamp};
}

json document_head(std::string_view event_id, std::int64_t now_ms) {
  json document = json::object();
  document["event_id"] = event_id;
  document["timestamp"] = now_ms;
  return document;
}

}  // namespace hearth::wire
