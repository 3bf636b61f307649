// SPDX-License-Identifier: Apache-2.0
// The second half of Downlink: the sequences sent to one node.
#include <utility>

#include "cloud/controller/downlink.hpp"
#include "cloud/controller/downlink_messages.hpp"
#include "sdk/wire/resource.hpp"

namespace hearth::controller {

void Downlink::add_to_node(const DeviceObject& device, DownlinkOutput& out) {
  if (device.node.empty()) return;
  Node& node = nodes_[device.node];
  node.devices.insert(device.id);
  // A delete from before, sent again, must not hit what is added now.
  node.deletes.erase(wire::device_resource(device.id));
  node.deletes.erase(wire::device_model_resource(device.model));
  if (!node.connected || !synced_) return;
  send_membership(device.node, {&device}, {}, out);
  ship_model(device.node, device.model, out);
  ship(device.node, Kind::device, device.id, wire::operation::kInsert, out);
}

void Downlink::change_on_node(const DeviceObject& before, const DeviceObject& device, DownlinkOutput& out) {
  if (device.node.empty()) return;
  if (nodes_.at(device.node).connected && synced_) {
    ship_model(device.node, device.model, out);
    ship(device.node, Kind::device, device.id, wire::operation::kUpdate, out);
  }
  if (before.model != device.model) remove_model_if_unused(device.node, before.model, out);
}

void Downlink::remove_from_node(const DeviceObject& device, ObjectPtr content, DownlinkOutput& out) {
  const auto found = nodes_.find(device.node);
  if (device.node.empty() || found == nodes_.end()) return;
  Node& node = found->second;
  node.devices.erase(device.id);
  if (node.connected && synced_) send_membership(device.node, {}, {&device}, out);
  remove_model_if_unused(device.node, device.model, out);
  ship_delete(device.node, Kind::device, device, std::move(content), out);
  forget_if_idle(device.node);
}

void Downlink::remove_model_if_unused(const std::string& name, const DeviceId& id, DownlinkOutput& out) {
  if (id.name.empty() || is_model_used(name, id)) return;
  const Node& node = nodes_.at(name);
  const auto held = node.shipped_models.find(id);
  if (const ApiObject* model = current(Kind::model, id)) {
    ship_delete(name, Kind::model, *model, model->json, out);
  } else if (held != node.shipped_models.end()) {
    const auto last = read_model(held->second.sent);
    ship_delete(name, Kind::model, *last, last->json, out);
  }
}

void Downlink::send_whole_set(const std::string& name, DownlinkOutput& out) {
  Node& node = nodes_.at(name);
  std::vector<const DeviceObject*> devices;
  std::set<DeviceId> models;
  for (const DeviceId& id : node.devices) {
    const DeviceObject& known = devices_.at(id);
    devices.push_back(&known);
    models.insert(known.model);
  }
  for (const auto& [resource, message] : node.deletes)
    send_delete(name, resource, out);
  if (!devices.empty()) send_membership(name, devices, {}, out);
  if (node.hearth_peer) send_membership_list(name, out);
  for (const DeviceId& id : models)
    ship_model(name, id, out);
  for (const DeviceObject* known : devices)
    ship(name, Kind::device, known->id, wire::operation::kUpdate, out);
}

void Downlink::send_membership(const std::string& node, const std::vector<const DeviceObject*>& added,
                               const std::vector<const DeviceObject*>& removed, DownlinkOutput& out) {
  out.sends.push_back({node, make_membership(added, removed, now_ms()), 0});
}

void Downlink::send_membership_list(const std::string& name, DownlinkOutput& out) {
  std::vector<const DeviceObject*> devices;
  for (const DeviceId& id : nodes_.at(name).devices)
    devices.push_back(&devices_.at(id));
  out.sends.push_back({name, make_membership_list(devices, now_ms()), 0});
}

void Downlink::answer_membership_request(const std::string& name, DownlinkOutput& out) {
  const std::string request = std::exchange(nodes_.at(name).pending_request, {});
  if (request.empty()) return;
  send_membership_list(name, out);
  out.sends.push_back({name, make_confirmation(request, now_ms()), 0});
}

void Downlink::ship(const std::string& name, Kind kind, const DeviceId& id, std::string_view operation,
                    DownlinkOutput& out) {
  const ApiObject& object = *current(kind, id);
  Node& node = nodes_.at(name);
  Shipment& shipment = (kind == Kind::device ? node.shipped_devices : node.shipped_models)[id];
  if (shipment.token != 0) {
    shipment.stale = true;
    return;
  }
  shipment.sent = object.json;
  shipment.stale = false;
  shipment.failed = false;
  shipment.token = issue_token({name, kind, id, {}});
  const bool is_device = kind == Kind::device;
  out.sends.push_back(
      {name,
       make_object_message(operation, is_device ? wire::device_resource(id) : wire::device_model_resource(id),
                           is_device ? "Device" : "DeviceModel", *object.json, now_ms()),
       shipment.token});
}

void Downlink::ship_delete(const std::string& name, Kind kind, const ApiObject& object, ObjectPtr content,
                           DownlinkOutput& out) {
  Node& node = nodes_.at(name);
  const bool is_device = kind == Kind::device;
  (is_device ? node.shipped_devices : node.shipped_models).erase(object.id);
  // A node that has not been here since the cloud started learns it from the membership list.
  if (!node.seen) return;
  const std::string resource =
      is_device ? wire::device_resource(object.id) : wire::device_model_resource(object.id);
  if (node.deletes.size() >= kMaxKeptDeletes) node.deletes.erase(node.deletes.begin());
  node.deletes.insert_or_assign(
      resource, make_object_message(wire::operation::kDelete, resource, is_device ? "Device" : "DeviceModel",
                                    *content, now_ms()));
  if (node.connected && synced_) send_delete(name, resource, out);
}

void Downlink::send_delete(const std::string& name, const std::string& resource, DownlinkOutput& out) {
  const auto token = issue_token({name, Kind::device, {}, resource});
  out.sends.push_back({name, nodes_.at(name).deletes.at(resource), token});
}

}  // namespace hearth::controller
