// SPDX-License-Identifier: Apache-2.0
#include "cloud/controller/downlink_messages.hpp"

#include <utility>

#include "cloud/controller/downlink.hpp"
#include "sdk/device/device.hpp"
#include "sdk/wire/twin_document.hpp"

namespace hearth::controller {
namespace {

wire::Route route(std::string_view group, std::string_view operation, std::string resource) {
  return {std::string(wire::source::kDeviceController), std::string(group), std::string(operation),
          std::move(resource)};
}

std::vector<wire::Member> members(const std::vector<const DeviceObject*>& devices) {
  std::vector<wire::Member> list;
  list.reserve(devices.size());
  for (const DeviceObject* device : devices)
    list.push_back({device->id, device->description, {}, {}});
  return list;
}

}  // namespace

ObjectPtr with_node_name(const Object& object, const std::string& node) {
  auto tree = object.tree();
  const auto spec = tree.find("spec");
  if (spec != tree.end() && spec->is_object()) (*spec)["nodeName"] = node;
  return Object::of(tree);
}

wire::HubMessage make_object_message(std::string_view operation, std::string resource, std::string_view kind,
                                     const Object& object, std::int64_t now_ms) {
  nlohmann::json content = object.tree();
  content["apiVersion"] = device::kApiVersion;
  content["kind"] = kind;
  auto message = wire::make_message(route(wire::group::kResource, operation, std::move(resource)),
                                    std::move(content), now_ms);
  message.header.resource_version = object.version();
  return message;
}

wire::HubMessage make_membership(const std::vector<const DeviceObject*>& added,
                                 const std::vector<const DeviceObject*>& removed, std::int64_t now_ms) {
  const wire::MembershipChange change{members(added), members(removed)};
  return wire::make_message(route(wire::group::kTwin, wire::operation::kUpdate, "membership"),
                            wire::membership_change(now_ms, change), now_ms);
}

wire::HubMessage make_membership_list(const std::vector<const DeviceObject*>& devices, std::int64_t now_ms) {
  return wire::make_message(route(wire::group::kTwin, wire::operation::kUpdate, "membership/detail/result"),
                            wire::membership_list("", now_ms, members(devices)), now_ms);
}

wire::HubMessage make_confirmation(const std::string& msg_id, std::int64_t now_ms) {
  return make_answer(msg_id, "OK", now_ms);
}

wire::HubMessage make_answer(const std::string& msg_id, nlohmann::json content, std::int64_t now_ms) {
  auto message = wire::make_message(route(wire::group::kTwin, wire::operation::kResponse, "twin"),
                                    std::move(content), now_ms);
  message.header.parent_msg_id = msg_id;
  return message;
}

}  // namespace hearth::controller
