// SPDX-License-Identifier: Apache-2.0
// The first part of Downlink: what the API and the links tell it.
#include "cloud/controller/downlink.hpp"

#include <algorithm>
#include <utility>

#include "cloud/controller/downlink_messages.hpp"

namespace hearth::controller {

Downlink::Downlink(Clock clock, DownlinkOptions options)
    : clock_(std::move(clock)), options_(std::move(options)) {}

DownlinkOutput Downlink::api_synced() {
  DownlinkOutput out;
  synced_ = true;
  for (const auto& [id, known] : devices_)
    out.touched.push_back(id);
  for (auto& [name, node] : nodes_) {
    if (!node.connected) continue;
    send_whole_set(name, out);
    answer_membership_request(name, out);
  }
  return out;
}

DownlinkOutput Downlink::device_upsert(ObjectPtr object) {
  auto device = read_device(std::move(object));
  return device ? device_upsert(*std::move(device)) : DownlinkOutput();
}

DownlinkOutput Downlink::device_upsert(DeviceObject device, bool own_write) {
  DownlinkOutput out;
  const auto known = devices_.find(device.id);
  if (known != devices_.end() && known->second.object.uid == device.uid) {
    replace(known->second, std::move(device), own_write, out);
    return out;
  }
  if (known != devices_.end()) {
    begin_move(known->second.object, device.node);
    out = device_delete(known->second.object.object);
  }
  const DeviceId id = device.id;
  out.touched.push_back(id);
  const auto at = devices_.try_emplace(id, Known{std::move(device)}).first;
  add_to_node(at->second.object, out);
  return out;
}

void Downlink::replace(Known& known, DeviceObject device, bool own_write, DownlinkOutput& out) {
  const DeviceObject before = std::exchange(known.object, std::move(device));
  const DeviceObject& now = known.object;
  const bool same = before.node == now.node && same_spec(before, now);
  if (!same || !own_write) out.touched.push_back(now.id);
  if (same) return;
  known.delivered = false;
  if (before.node == now.node) {
    change_on_node(before, now, out);
    return;
  }
  known.delivered_generation = 0;
  begin_move(before, now.node);
  remove_from_node(before, with_node_name(*now.object, before.node), out);
  add_to_node(now, out);
}

DownlinkOutput Downlink::device_delete(ObjectPtr object) {
  DownlinkOutput out;
  const auto gone = read_device(object);
  const auto known = gone ? devices_.find(gone->id) : devices_.end();
  if (known == devices_.end()) return out;
  const DeviceObject device = std::move(known->second.object);
  devices_.erase(known);
  remove_from_node(device, gone->node == device.node ? std::move(object) : device.object, out);
  return out;
}

DownlinkOutput Downlink::model_upsert(ObjectPtr object) {
  DownlinkOutput out;
  auto model = read_model(std::move(object));
  if (!model) return out;
  const auto known = models_.find(model->id);
  const bool changed = known == models_.end() || !same_spec(known->second, *model);
  const ApiObject& stored = models_.insert_or_assign(model->id, *model).first->second;
  if (!changed) return out;
  touch_users(stored.id, out);
  spread_model(stored, out);
  return out;
}

DownlinkOutput Downlink::model_delete(ObjectPtr object) {
  DownlinkOutput out;
  const auto model = read_model(std::move(object));
  if (model && models_.erase(model->id) > 0) touch_users(model->id, out);
  return out;
}

/// A Hearth host resolves its devices anew by itself; stock mappers look at the model only with a device. Devices
/// that waited for the model go out with it.
void Downlink::spread_model(const ApiObject& model, DownlinkOutput& out) {
  if (!synced_) return;
  for (auto& [name, node] : nodes_) {
    if (!node.connected || !is_model_used(name, model.id)) continue;
    ship_model(name, model.id, out);
    for (const DeviceId& id : node.devices) {
      const DeviceObject& user = devices_.at(id).object;
      if (user.model != model.id) continue;
      const bool held_back = !node.shipped_devices.contains(id);
      if (held_back) ship_device(user, wire::operation::kInsert, out);
      if (!held_back && !node.hearth_peer) ship_device(user, wire::operation::kUpdate, out);
    }
  }
}

void Downlink::touch_users(const DeviceId& model, DownlinkOutput& out) const {
  for (const auto& [id, known] : devices_) {
    if (known.object.model == model) out.touched.push_back(id);
  }
}

void Downlink::touch_undelivered(const Node& node, DownlinkOutput& out) const {
  for (const DeviceId& id : node.devices) {
    if (!devices_.at(id).delivered) out.touched.push_back(id);
  }
}

DownlinkOutput Downlink::node_connected(const std::string& name, bool hearth_peer) {
  DownlinkOutput out;
  Node& node = nodes_[name];
  end_session(node);
  node.connected = true;
  node.seen = true;
  node.hearth_peer = hearth_peer;
  touch_undelivered(node, out);
  if (synced_) send_whole_set(name, out);
  return out;
}

DownlinkOutput Downlink::node_disconnected(const std::string& name) {
  DownlinkOutput out;
  const auto found = nodes_.find(name);
  if (found == nodes_.end()) return out;
  end_session(found->second);
  touch_undelivered(found->second, out);
  forget_if_idle(name);
  return out;
}

void Downlink::end_session(Node& node) {
  node.connected = false;
  node.pending_request.clear();
  node.shipped_devices.clear();
  node.shipped_models.clear();
  node.backlog.clear();
  node.under_way = 0;
  for (const auto token : std::exchange(node.tokens, {}))
    tickets_.erase(token);
  for (auto& [resource, kept] : node.deletes)
    kept.token = 0;
}

DownlinkOutput Downlink::membership_requested(const std::string& name, const std::string& msg_id) {
  DownlinkOutput out;
  const auto found = nodes_.find(name);
  if (found == nodes_.end() || !found->second.connected) return out;
  found->second.pending_request = msg_id;
  // A list made before every device is known would make the edge drop the others.
  if (synced_) answer_membership_request(name, out);
  return out;
}

const DeviceObject* Downlink::device(const DeviceId& id) const {
  const auto found = devices_.find(id);
  return found == devices_.end() ? nullptr : &found->second.object;
}

const Downlink::Shipment* Downlink::shipment(const DeviceObject& device) const {
  const auto node = nodes_.find(device.node);
  if (node == nodes_.end()) return nullptr;
  const auto found = node->second.shipped_devices.find(device.id);
  return found == node->second.shipped_devices.end() ? nullptr : &found->second;
}

Delivery Downlink::delivery(const DeviceId& id) const {
  const auto known = devices_.find(id);
  if (known == devices_.end() || known->second.object.node.empty()) return Delivery::no_node;
  if (known->second.delivered) return Delivery::delivered;
  const DeviceObject& device = known->second.object;
  if (lacks_model(device)) return Delivery::no_model;
  if (moves_.contains(id)) return Delivery::moving;
  const auto node = nodes_.find(device.node);
  if (node == nodes_.end() || !node->second.connected) return Delivery::node_away;
  const Shipment* state = shipment(device);
  return state && state->unanswered ? Delivery::unanswered : Delivery::pending;
}

std::int64_t Downlink::delivered_generation(const DeviceId& id) const {
  const auto known = devices_.find(id);
  return known == devices_.end() ? 0 : known->second.delivered_generation;
}

std::vector<DeviceId> Downlink::devices_of(const std::string& node) const {
  const auto found = nodes_.find(node);
  if (found == nodes_.end()) return {};
  return {found->second.devices.begin(), found->second.devices.end()};
}

/// Those a node may be told of: not the ones that its predecessor may still drive.
std::vector<const DeviceObject*> Downlink::present_devices(const std::string& node) const {
  std::vector<const DeviceObject*> devices;
  for (const DeviceId& id : nodes_.at(node).devices) {
    if (!moves_.contains(id)) devices.push_back(&devices_.at(id).object);
  }
  return devices;
}

const ApiObject* Downlink::current(Kind kind, const DeviceId& id) const {
  if (kind == Kind::device) return device(id);
  const auto found = models_.find(id);
  return found == models_.end() ? nullptr : &found->second;
}

bool Downlink::is_model_used(const std::string& name, const DeviceId& model) const {
  const auto node = nodes_.find(name);
  if (node == nodes_.end()) return false;
  return std::any_of(node->second.devices.begin(), node->second.devices.end(),
                     [&](const DeviceId& id) { return devices_.at(id).object.model == model; });
}

/// Neither the API nor the node has it.
bool Downlink::lacks_model(const DeviceObject& device) const {
  if (device.model.name.empty()) return true;
  if (models_.contains(device.model)) return false;
  const auto node = nodes_.find(device.node);
  return node == nodes_.end() || !node->second.shipped_models.contains(device.model);
}

void Downlink::forget_if_idle(const std::string& name) {
  const auto found = nodes_.find(name);
  if (found == nodes_.end()) return;
  const Node& node = found->second;
  if (!node.connected && node.devices.empty() && node.deletes.empty()) nodes_.erase(found);
}

}  // namespace hearth::controller
