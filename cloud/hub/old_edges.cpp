// SPDX-License-Identifier: Apache-2.0
#include "cloud/hub/old_edges.hpp"

#include <utility>

#include "sdk/wire/resource.hpp"

namespace hearth::cloudhub {
namespace {

using nlohmann::json;

bool is_membership(const wire::HubMessage& message) {
  const auto kind = wire::parse_resource(message.route.resource).kind;
  return kind == wire::ResourceKind::membership || kind == wire::ResourceKind::membership_detail;
}

void name_twice(json& members) {
  if (!members.is_array()) return;
  json named = json::array();
  for (auto& member : members) {
    if (member.is_object() && member.contains("name")) {
      named.push_back(member);
      named.back()["id"] = member["name"];
    }
    named.push_back(std::move(member));
  }
  members = std::move(named);
}

}  // namespace

wire::HubMessage with_both_ids(wire::HubMessage message) {
  if (!is_membership(message) || !message.content.is_object()) return message;
  for (const char* list : {"added_devices", "removed_devices", "devices"}) {
    const auto members = message.content.find(list);
    if (members != message.content.end()) name_twice(*members);
  }
  return message;
}

}  // namespace hearth::cloudhub
