// SPDX-License-Identifier: Apache-2.0
#include "sdk/wire/twin_document.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sdk/base/utf8.hpp"
#include "sdk/wire/document_fields.hpp"

namespace hearth::wire {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxKeyLength = 128;
constexpr std::size_t kMaxValueSize = 64 * 1024;

std::size_t count_characters(std::string_view utf8) {
  return static_cast<std::size_t>(
      std::count_if(utf8.begin(), utf8.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

Result<void> check_key(const std::string& key) {
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; };
  if (!is_utf8(key) || std::any_of(key.begin(), key.end(), is_control)) {
    return bad_request("a key of \"twin\" must be printable UTF-8");
  }
  if (key.empty() || count_characters(key) > kMaxKeyLength) {
    return bad_request(fmt::format("a key of \"twin\" must have 1 to {} characters", kMaxKeyLength));
  }
  return {};
}

Result<std::string> value_text(const json& value) {
  if (value.is_number() || value.is_boolean()) return value.dump();
  if (!value.is_string()) return bad_request("\"value\" must be a string, a number or a boolean");
  auto text = value.get<std::string>();
  if (text.size() > kMaxValueSize) {
    return bad_request(fmt::format("\"value\" is longer than {} bytes", kMaxValueSize));
  }
  if (!is_utf8(text)) return bad_request("\"value\" must be UTF-8");
  return text;
}

/// "expected" or "actual" of one entry.
Result<std::optional<TwinValue>> parse_side(const json& entry, const char* side) {
  const json* object = member(entry, side);
  if (!object) return std::optional<TwinValue>();
  if (!object->is_object()) return bad_request(fmt::format("\"{}\" must be an object", side));
  const json* value = member(*object, "value");
  if (!value) return bad_request(fmt::format("\"{}\" has no \"value\"", side));
  auto text = value_text(*value);
  if (!text) return std::move(text).error().within(side);
  const json* metadata = member(*object, "metadata");
  if (metadata && !metadata->is_object()) {
    return bad_request(fmt::format("\"metadata\" of \"{}\" must be an object", side));
  }
  const auto timestamp = time_member(metadata ? *metadata : json::object(), "timestamp");
  if (!timestamp) return timestamp.error().within(side);
  return std::optional(TwinValue{std::move(*text), *timestamp});
}

Result<TwinEntry> parse_entry(const json& document) {
  TwinEntry entry;
  entry.remove = document.is_null();
  if (entry.remove) return entry;
  if (!document.is_object()) return bad_request("must be an object, or null to delete the key");
  auto expected = parse_side(document, "expected");
  if (!expected) return std::move(expected).error();
  entry.expected = std::move(*expected);
  auto actual = parse_side(document, "actual");
  if (!actual) return std::move(actual).error();
  entry.actual = std::move(*actual);
  if (const json* optional = member(document, "optional")) {
    if (!optional->is_boolean()) return bad_request("\"optional\" must be true or false");
    entry.optional = optional->get<bool>();
  }
  if (const json* metadata = member(document, "metadata")) {
    if (!metadata->is_object()) return bad_request("\"metadata\" must be an object");
    auto type = text_member(*metadata, "type", kMaxKeyLength);
    if (!type) return std::move(type).error().within("metadata");
    entry.type = std::move(*type);
  }
  return entry;
}

json value_to_json(const TwinValue& value) {
  json document = json::object();
  document["value"] = value.value;
  if (value.timestamp != 0) document["metadata"]["timestamp"] = value.timestamp;
  return document;
}

json entry_to_json(const TwinEntry& entry) {
  if (entry.remove) return nullptr;
  json document = json::object();
  if (entry.expected) document["expected"] = value_to_json(*entry.expected);
  if (entry.actual) document["actual"] = value_to_json(*entry.actual);
  if (entry.optional) document["optional"] = *entry.optional;
  if (!entry.type.empty()) document["metadata"]["type"] = entry.type;
  return document;
}

}  // namespace

Result<TwinUpdate> parse_twin_update(std::string_view payload) {
  auto document = parse_payload(payload);
  if (!document) return std::move(document).error();
  return parse_twin_update(*document);
}

Result<TwinUpdate> parse_twin_update(const json& document) {
  auto request = parse_head(document);
  if (!request) return std::move(request).error();
  const json* twin = member(document, "twin");
  if (!twin || !twin->is_object())
    return bad_request("\"twin\" must be an object with the properties' names as keys");
  auto device_uid = text_member(document, kDeviceUid, kMaxUidSize);
  if (!device_uid) return std::move(device_uid).error();
  TwinUpdate update{std::move(request->event_id), request->timestamp, {}, std::move(*device_uid)};
  for (const auto& [key, value] : twin->items()) {
    if (const auto checked = check_key(key); !checked) return checked.error();
    auto entry = parse_entry(value);
    if (!entry) return std::move(entry).error().within(fmt::format("key \"{}\"", key));
    update.twin.emplace(key, std::move(*entry));
  }
  return update;
}

json twin_to_json(const TwinMap& twin) {
  json document = json::object();
  for (const auto& [key, entry] : twin)
    document[key] = entry_to_json(entry);
  return document;
}

json print_twin_update(const TwinUpdate& update) {
  json document = document_head(update.event_id, update.timestamp);
  document["twin"] = twin_to_json(update.twin);
  if (!update.device_uid.empty()) document[kDeviceUid] = update.device_uid;
  return document;
}

Result<Request> parse_request(std::string_view payload) {
  if (payload.empty()) return Request{};
  auto document = parse_payload(payload);
  if (!document) return std::move(document).error();
  return parse_head(*document);
}

json twin_failure(std::string_view event_id, std::int64_t now_ms, int code, std::string_view reason) {
  json document = document_head(event_id, now_ms);
  document["code"] = code;
  document["reason"] = reason;
  return document;
}

json twin_delta(std::int64_t now_ms, const TwinMap& twin) {
  json entries = json::object();
  json delta = json::object();
  for (const auto& [key, entry] : twin) {
    if (!entry.expected || entry.expected->value.empty()) continue;
    entries[key] = entry_to_json(entry);
    if (!entry.actual || entry.actual->value != entry.expected->value) delta[key] = entry.expected->value;
  }
  json document = document_head(new_uuid(), now_ms);
  document["twin"] = std::move(entries);
  document["delta"] = std::move(delta);
  return document;
}

Result<std::map<std::string, std::string>> parse_twin_delta(std::string_view payload) {
  auto document = parse_payload(payload);
  if (!document) return std::move(document).error();
  const json* delta = member(*document, "delta");
  if (!delta || !delta->is_object())
    return bad_request("\"delta\" must be an object with the properties' names as keys");
  std::map<std::string, std::string> values;
  for (const auto& [key, value] : delta->items()) {
    if (const auto checked = check_key(key); !checked) return checked.error();
    auto text = value_text(value);
    if (!text) return std::move(text).error().within(fmt::format("key \"{}\"", key));
    values.emplace(key, std::move(*text));
  }
  return values;
}

}  // namespace hearth::wire
