// SPDX-License-Identifier: Apache-2.0
// The second part of Downlink: the sequences sent to one node.
#include <utility>

#include "cloud/controller/downlink.hpp"
#include "cloud/controller/downlink_messages.hpp"
#include "sdk/wire/resource.hpp"

namespace hearth::controller {

void Downlink::add_to_node(const DeviceObject& device, DownlinkOutput& out) {
  if (device.node.empty()) {
    moves_.erase(device.id);
    return;
  }
  Node& node = nodes_[device.node];
  node.devices.insert(device.id);
  // A delete from before, sent again, must not hit what is added now.
  node.deletes.erase(wire::device_resource(device.id));
  node.deletes.erase(wire::device_model_resource(device.model));
  if (!moves_.contains(device.id)) give_to_node(device, out);
}

void Downlink::give_to_node(const DeviceObject& device, DownlinkOutput& out) {
  if (!nodes_.at(device.node).connected || !synced_) return;
  send_membership(device.node, {&device}, {}, out);
  ship_model(device.node, device.model, out);
  ship_device(device, wire::operation::kInsert, out);
}

void Downlink::change_on_node(const DeviceObject& before, const DeviceObject& device, DownlinkOutput& out) {
  if (device.node.empty()) return;
  if (nodes_.at(device.node).connected && synced_ && !moves_.contains(device.id)) {
    ship_model(device.node, device.model, out);
    ship_device(device, wire::operation::kUpdate, out);
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
    ship_delete(name, Kind::model, *model, model->object, out);
  } else if (held != node.shipped_models.end() && held->second.sent) {
    const auto last = read_model(held->second.sent);
    ship_delete(name, Kind::model, *last, last->object, out);
  }
}

/// A device that its former node has, or is about to get, waits until that one has confirmed the delete.
void Downlink::begin_move(const DeviceObject& device, const std::string& to) {
  if (device.node == to || moves_.contains(device.id)) return;
  const auto from = nodes_.find(device.node);
  if (from == nodes_.end() || !from->second.connected || !synced_) return;
  if (!from->second.shipped_devices.contains(device.id)) return;
  moves_[device.id] = {device.node, options_.steady() + options_.move_wait};
}

void Downlink::end_move(const DeviceId& id, DownlinkOutput& out) {
  moves_.erase(id);
  const DeviceObject* known = device(id);
  if (!known || known->node.empty()) return;
  out.touched.push_back(id);
  give_to_node(*known, out);
}

DownlinkOutput Downlink::expire(SteadyTime now) {
  DownlinkOutput out;
  std::vector<DeviceId> waited;
  for (const auto& [id, move] : moves_) {
    if (move.until <= now) waited.push_back(id);
  }
  for (const auto& id : waited)
    end_move(id, out);
  return out;
}

std::optional<SteadyTime> Downlink::next_expiry() const {
  std::optional<SteadyTime> due;
  for (const auto& [id, move] : moves_) {
    if (!due || move.until < *due) due = move.until;
  }
  return due;
}

void Downlink::send_whole_set(const std::string& name, DownlinkOutput& out) {
  Node& node = nodes_.at(name);
  const auto devices = present_devices(name);
  std::set<DeviceId> models;
  for (const DeviceObject* device : devices)
    models.insert(device->model);
  for (const auto& [resource, kept] : node.deletes)
    send_delete(name, resource, out);
  if (!devices.empty()) send_membership(name, devices, {}, out);
  if (node.hearth_peer) send_membership_list(name, out);
  for (const DeviceId& id : models)
    ship_model(name, id, out);
  for (const DeviceObject* device : devices)
    ship_device(*device, wire::operation::kUpdate, out);
}

void Downlink::send_membership(const std::string& node, const std::vector<const DeviceObject*>& added,
                               const std::vector<const DeviceObject*>& removed, DownlinkOutput& out) {
  send(node, make_membership(added, removed, now_ms()), 0, out);
}

void Downlink::send_membership_list(const std::string& name, DownlinkOutput& out) {
  send(name, make_membership_list(present_devices(name), now_ms()), 0, out);
}

void Downlink::answer_membership_request(const std::string& name, DownlinkOutput& out) {
  const std::string request = std::exchange(nodes_.at(name).pending_request, {});
  if (request.empty()) return;
  send_membership_list(name, out);
  send(name, make_confirmation(request, now_ms()), 0, out);
}

void Downlink::send(const std::string& node, wire::HubMessage message, std::uint64_t token,
                    DownlinkOutput& out) {
  if (options_.new_id) {
    message.header.msg_id = options_.new_id();
    if (message.content.is_object() && message.content.contains("event_id"))
      message.content["event_id"] = options_.new_id();
  }
  out.sends.push_back({node, std::move(message), token});
}

}  // namespace hearth::controller
