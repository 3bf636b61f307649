// SPDX-License-Identifier: Apache-2.0
#include "cloud/controller/downlink.hpp"

#include <algorithm>
#include <utility>

#include "cloud/controller/downlink_messages.hpp"

namespace hearth::controller {
namespace {

bool same_spec(const ApiObject& left, const ApiObject& right) {
  return left.uid == right.uid && left.spec() == right.spec();
}

bool same_spec(const ObjectPtr& sent, const ApiObject& now) {
  const nlohmann::json* spec = find_at(*sent, {"spec"});
  return text_at(*sent, {"metadata", "uid"}) == now.uid && (spec ? *spec : nlohmann::json()) == now.spec();
}

}  // namespace

Downlink::Downlink(Clock clock) : clock_(std::move(clock)) {}

DownlinkOutput Downlink::api_synced() {
  DownlinkOutput out;
  synced_ = true;
  for (const auto& [id, device] : devices_)
    out.touched.push_back(id);
  for (auto& [name, node] : nodes_) {
    if (!node.connected) continue;
    send_whole_set(name, out);
    answer_membership_request(name, out);
  }
  return out;
}

DownlinkOutput Downlink::device_upsert(ObjectPtr object) {
  DownlinkOutput out;
  auto device = read_device(std::move(object));
  if (!device) return out;
  const auto known = devices_.find(device->id);
  if (known != devices_.end() && known->second.uid != device->uid) out = device_delete(known->second.json);
  out.touched.push_back(device->id);
  const auto [at, is_new] = devices_.try_emplace(device->id, *device);
  if (is_new) {
    add_to_node(at->second, out);
    return out;
  }
  const DeviceObject before = std::exchange(at->second, *std::move(device));
  if (before.node != at->second.node) {
    remove_from_node(before, with_node_name(*at->second.json, before.node), out);
    add_to_node(at->second, out);
  } else if (!same_spec(before, at->second)) {
    change_on_node(before, at->second, out);
  }
  return out;
}

DownlinkOutput Downlink::device_delete(ObjectPtr object) {
  DownlinkOutput out;
  const auto gone = read_device(object);
  const auto known = gone ? devices_.find(gone->id) : devices_.end();
  if (known == devices_.end()) return out;
  const DeviceObject device = std::move(known->second);
  devices_.erase(known);
  remove_from_node(device, gone->node == device.node ? std::move(object) : device.json, out);
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

/// A Hearth host resolves its devices anew by itself; stock mappers look at the model only with a device.
void Downlink::spread_model(const ApiObject& model, DownlinkOutput& out) {
  if (!synced_) return;
  for (const auto& [name, node] : nodes_) {
    if (!node.connected || !is_model_used(name, model.id)) continue;
    ship_model(name, model.id, out);
    if (node.hearth_peer) continue;
    for (const DeviceId& id : node.devices) {
      if (devices_.at(id).model == model.id) ship(name, Kind::device, id, wire::operation::kUpdate, out);
    }
  }
}

void Downlink::touch_users(const DeviceId& model, DownlinkOutput& out) const {
  for (const auto& [id, device] : devices_) {
    if (device.model == model) out.touched.push_back(id);
  }
}

DownlinkOutput Downlink::node_connected(const std::string& name, bool hearth_peer) {
  DownlinkOutput out;
  Node& node = nodes_[name];
  node.connected = true;
  node.seen = true;
  node.hearth_peer = hearth_peer;
  std::erase_if(tickets_, [&name](const auto& entry) { return entry.second.node == name; });
  node.shipped_devices.clear();
  node.shipped_models.clear();
  out.touched.assign(node.devices.begin(), node.devices.end());
  if (synced_) send_whole_set(name, out);
  return out;
}

DownlinkOutput Downlink::node_disconnected(const std::string& name) {
  DownlinkOutput out;
  const auto found = nodes_.find(name);
  if (found == nodes_.end()) return out;
  Node& node = found->second;
  node.connected = false;
  node.pending_request.clear();
  node.shipped_devices.clear();
  node.shipped_models.clear();
  out.touched.assign(node.devices.begin(), node.devices.end());
  std::erase_if(tickets_, [&name](const auto& entry) { return entry.second.node == name; });
  forget_if_idle(name);
  return out;
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

DownlinkOutput Downlink::acked(std::uint64_t token, bool ok) {
  DownlinkOutput out;
  const auto found = tickets_.find(token);
  if (found == tickets_.end()) return out;
  const Ticket ticket = std::move(found->second);
  tickets_.erase(found);
  const auto at = nodes_.find(ticket.node);
  if (at == nodes_.end()) return out;
  Node& node = at->second;
  if (!ticket.deleted.empty()) {
    if (ok) node.deletes.erase(ticket.deleted);
    return out;
  }
  auto& shipped = ticket.kind == Kind::device ? node.shipped_devices : node.shipped_models;
  const auto shipment = shipped.find(ticket.id);
  if (shipment == shipped.end() || shipment->second.token != token) return out;
  if (settle(shipment->second, ticket, ok, out) && ticket.kind == Kind::device)
    out.touched.push_back(ticket.id);
  return out;
}

bool Downlink::settle(Shipment& shipment, const Ticket& ticket, bool ok, DownlinkOutput& out) {
  shipment.token = 0;
  shipment.failed = !ok;
  if (ok) shipment.acked = shipment.sent;
  if (shipment.stale && current(ticket.kind, ticket.id)) {
    ship(ticket.node, ticket.kind, ticket.id, wire::operation::kUpdate, out);
  }
  return ok;
}

DownlinkOutput Downlink::retry() {
  DownlinkOutput out;
  for (auto& [name, node] : nodes_) {
    if (!node.connected || !synced_) continue;
    for (const auto& [resource, message] : node.deletes) {
      const bool under_way = std::any_of(tickets_.begin(), tickets_.end(), [&](const auto& entry) {
        return entry.second.node == name && entry.second.deleted == resource;
      });
      if (!under_way) send_delete(name, resource, out);
    }
    for (auto& [id, shipment] : node.shipped_models) {
      if (shipment.failed && current(Kind::model, id))
        ship(name, Kind::model, id, wire::operation::kInsert, out);
    }
    for (auto& [id, shipment] : node.shipped_devices) {
      if (shipment.failed) ship(name, Kind::device, id, wire::operation::kUpdate, out);
    }
  }
  return out;
}

const DeviceObject* Downlink::device(const DeviceId& id) const {
  const auto found = devices_.find(id);
  return found == devices_.end() ? nullptr : &found->second;
}

const Downlink::Shipment* Downlink::shipment(const DeviceId& id) const {
  const DeviceObject* known = device(id);
  const auto node = known ? nodes_.find(known->node) : nodes_.end();
  if (node == nodes_.end()) return nullptr;
  const auto found = node->second.shipped_devices.find(id);
  return found == node->second.shipped_devices.end() ? nullptr : &found->second;
}

Delivery Downlink::delivery(const DeviceId& id) const {
  const DeviceObject* known = device(id);
  if (!known || known->node.empty()) return Delivery::no_node;
  const auto node = nodes_.find(known->node);
  if (node == nodes_.end() || !node->second.connected) return Delivery::node_away;
  const Shipment* state = shipment(id);
  const bool done = state && state->acked && state->token == 0 && !state->failed && !state->stale;
  return done ? Delivery::delivered : Delivery::pending;
}

std::int64_t Downlink::delivered_generation(const DeviceId& id) const {
  const Shipment* state = shipment(id);
  if (!state || !state->acked) return 0;
  return read_device(state->acked)->generation;
}

std::vector<DeviceId> Downlink::devices_of(const std::string& node) const {
  const auto found = nodes_.find(node);
  if (found == nodes_.end()) return {};
  return {found->second.devices.begin(), found->second.devices.end()};
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
                     [&](const DeviceId& id) { return devices_.at(id).model == model; });
}

void Downlink::ship_model(const std::string& name, const DeviceId& id, DownlinkOutput& out) {
  const ApiObject* model = current(Kind::model, id);
  if (!model) return;
  const auto& shipped = nodes_.at(name).shipped_models;
  const auto held = shipped.find(id);
  if (held == shipped.end()) {
    ship(name, Kind::model, id, wire::operation::kInsert, out);
  } else if (!same_spec(held->second.sent, *model)) {
    ship(name, Kind::model, id, wire::operation::kUpdate, out);
  }
}

void Downlink::forget_if_idle(const std::string& name) {
  const auto found = nodes_.find(name);
  if (found == nodes_.end()) return;
  const Node& node = found->second;
  if (!node.connected && node.devices.empty() && node.deletes.empty()) nodes_.erase(found);
}

std::uint64_t Downlink::issue_token(Ticket ticket) {
  tickets_.emplace(++last_token_, std::move(ticket));
  return last_token_;
}

}  // namespace hearth::controller
