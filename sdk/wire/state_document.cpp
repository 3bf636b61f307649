// SPDX-License-Identifier: Apache-2.0
// State and membership documents of twin_document.hpp.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "sdk/wire/document_fields.hpp"
#include "sdk/wire/twin_document.hpp"

namespace hearth::wire {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxTextSize = 4096;
constexpr std::size_t kMaxMembers = 100'000;
constexpr std::array<std::string_view, 6> kStates{"online",  "offline",   "ok",
                                                  "unknown", "unhealthy", "disconnected"};

std::string lower_case(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return text;
}

json print_member(const Member& entry) {
  json document{{"id", entry.id.str()}, {"name", entry.id.name}};
  if (!entry.description.empty()) document["description"] = entry.description;
  if (!entry.state.empty()) document["state"] = entry.state;
  if (!entry.last_online.empty()) document["last_online"] = entry.last_online;
  return document;
}

json print_members(const std::vector<Member>& members) {
  json list = json::array();
  for (const auto& entry : members)
    list.push_back(print_member(entry));
  return list;
}

/// Go writes an empty list as null.
json print_members_or_null(const std::vector<Member>& members) {
  return members.empty() ? json(nullptr) : print_members(members);
}

Result<Member> parse_member(const json& document) {
  if (!document.is_object()) return bad_request("a device of a membership message must be an object");
  const auto id_text = text_member(document, "id", kMaxTextSize);
  if (!id_text) return id_text.error();
  auto id = parse_device_id(*id_text);
  if (!id) return bad_request(id.error().text);
  Member entry{std::move(*id), {}, {}, {}};
  for (const auto& [name, target] :
       {std::pair{"description", &entry.description}, std::pair{"state", &entry.state},
        std::pair{"last_online", &entry.last_online}}) {
    auto text = text_member(document, name, kMaxTextSize);
    if (!text) return std::move(text).error();
    *target = std::move(*text);
  }
  return entry;
}

Result<std::vector<Member>> parse_members(const json& document, const char* name) {
  std::vector<Member> members;
  const json* list = member(document, name);
  if (!list) return members;
  if (!list->is_array() || list->size() > kMaxMembers) {
    return bad_request(fmt::format("\"{}\" must be a list of at most {} devices", name, kMaxMembers));
  }
  for (const auto& item : *list) {
    auto entry = parse_member(item);
    if (!entry) return std::move(entry).error().within(name);
    members.push_back(std::move(*entry));
  }
  return members;
}

}  // namespace

Result<StateUpdate> parse_state_update(std::string_view payload) {
  const auto document = parse_payload(payload);
  if (!document) return document.error();
  auto request = parse_head(*document);
  if (!request) return std::move(request).error();
  auto state = text_member(*document, "state", kMaxTextSize);
  if (!state) return std::move(state).error();
  StateUpdate update{std::move(request->event_id), request->timestamp, lower_case(std::move(*state))};
  if (std::find(kStates.begin(), kStates.end(), update.state) == kStates.end()) {
    return bad_request("\"state\" must be one of online, offline, ok, unknown, unhealthy and disconnected");
  }
  return update;
}

json state_result(std::string_view event_id, std::int64_t now_ms, std::string_view device_name,
                  std::string_view state, std::string_view last_online) {
  json document = document_head(event_id, now_ms);
  document["device"] = {{"name", device_name}, {"state", state}};
  if (!last_online.empty()) document["device"]["lastOnlineTime"] = last_online;
  return document;
}

json state_report(std::string_view event_id, std::int64_t now_ms, std::string_view device_name,
                  const DeviceState& state) {
  json document = state_result(event_id, now_ms, device_name, state.state, state.last_online);
  if (!state.device_uid.empty()) document[kDeviceUid] = state.device_uid;
  return document;
}

Result<DeviceState> parse_state_report(const json& document) {
  const json* device = member(document, "device");
  if (!device || !device->is_object()) return bad_request("\"device\" must be an object");
  auto state = text_member(*device, "state", kMaxTextSize);
  if (!state) return std::move(state).error();
  if (state->empty()) return bad_request("\"device\" has no \"state\"");
  const bool newer = member(*device, "lastOnlineTime") != nullptr;
  auto last_online = text_member(*device, newer ? "lastOnlineTime" : "last_online", kMaxTextSize);
  if (!last_online) return std::move(last_online).error();
  auto device_uid = text_member(document, kDeviceUid, kMaxUidSize);
  if (!device_uid) return std::move(device_uid).error();
  return DeviceState{std::move(*state), std::move(*last_online), std::move(*device_uid)};
}

json membership_change(std::int64_t now_ms, const MembershipChange& change) {
  json document = document_head(new_uuid(), now_ms);
  document["added_devices"] = print_members_or_null(change.added);
  document["removed_devices"] = print_members_or_null(change.removed);
  return document;
}

Result<MembershipChange> parse_membership_change(const json& document) {
  if (!document.is_object()) return bad_request("a membership message must be an object");
  auto added = parse_members(document, "added_devices");
  if (!added) return std::move(added).error();
  auto removed = parse_members(document, "removed_devices");
  if (!removed) return std::move(removed).error();
  return MembershipChange{std::move(*added), std::move(*removed)};
}

json membership_list(std::string_view event_id, std::int64_t now_ms, const std::vector<Member>& members) {
  json document = document_head(event_id, now_ms);
  document["devices"] = print_members(members);
  return document;
}

Result<std::vector<Member>> parse_membership_list(const json& document) {
  if (!document.is_object() || !document.contains("devices")) {
    return bad_request("a membership list must be an object with \"devices\"");
  }
  return parse_members(document, "devices");
}

json membership_detail_request(std::string_view node, std::int64_t now_ms) {
  json document = document_head(new_uuid(), now_ms);
  document["event_type"] = "group_membership_event";
  document["group_id"] = node;
  document["operation"] = "detail";
  return document;
}

}  // namespace hearth::wire
