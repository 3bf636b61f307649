// SPDX-License-Identifier: Apache-2.0
// The third part of Downlink: models and devices on their way, their acks, and what is sent again.
#include <utility>

#include "cloud/controller/downlink.hpp"
#include "cloud/controller/downlink_messages.hpp"
#include "sdk/wire/resource.hpp"

namespace hearth::controller {
namespace {

bool is_held(const ObjectPtr& sent, const ApiObject& now) {
  const auto last = read_model(sent);
  return last && same_spec(*last, now);
}

}  // namespace

void Downlink::ship_model(const std::string& name, const DeviceId& id, DownlinkOutput& out) {
  const ApiObject* model = current(Kind::model, id);
  if (!model) return;
  const auto& shipped = nodes_.at(name).shipped_models;
  const auto held = shipped.find(id);
  if (held == shipped.end()) {
    ship(name, Kind::model, id, wire::operation::kInsert, out);
  } else if (!is_held(held->second.sent, *model)) {
    ship(name, Kind::model, id, wire::operation::kUpdate, out);
  }
}

void Downlink::ship_device(const DeviceObject& device, std::string_view operation, DownlinkOutput& out) {
  if (!lacks_model(device)) ship(device.node, Kind::device, device.id, operation, out);
}

void Downlink::ship(const std::string& name, Kind kind, const DeviceId& id, std::string_view operation,
                    DownlinkOutput& out) {
  Node& node = nodes_.at(name);
  Shipment& shipment = (kind == Kind::device ? node.shipped_devices : node.shipped_models)[id];
  if (shipment.token != 0) {
    shipment.stale = true;
    return;
  }
  if (shipment.waiting) return;
  shipment.waiting = true;
  shipment.operation = operation;
  node.backlog.emplace_back(kind, id);
  release(name, out);
}

/// Sends from the backlog while the window has room. What stands in it is read only now: the newest goes out.
void Downlink::release(const std::string& name, DownlinkOutput& out) {
  Node& node = nodes_.at(name);
  while (node.under_way < kWindow && !node.backlog.empty()) {
    const auto [kind, id] = std::move(node.backlog.front());
    node.backlog.pop_front();
    auto& shipped = kind == Kind::device ? node.shipped_devices : node.shipped_models;
    const auto shipment = shipped.find(id);
    if (shipment == shipped.end() || !std::exchange(shipment->second.waiting, false)) continue;
    if (current(kind, id)) dispatch(name, kind, id, shipment->second, out);
  }
}

void Downlink::dispatch(const std::string& name, Kind kind, const DeviceId& id, Shipment& shipment,
                        DownlinkOutput& out) {
  const ApiObject& object = *current(kind, id);
  const bool is_device = kind == Kind::device;
  if (!is_device) shipment.sent = object.object;
  shipment.generation = object.generation;
  shipment.stale = false;
  shipment.retry = false;
  shipment.token = issue_token({name, kind, id, {}});
  ++nodes_.at(name).under_way;
  send(name,
       make_object_message(shipment.operation,
                           is_device ? wire::device_resource(id) : wire::device_model_resource(id),
                           is_device ? "Device" : "DeviceModel", *object.object, now_ms()),
       shipment.token, out);
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
  auto message = make_object_message(wire::operation::kDelete, resource, is_device ? "Device" : "DeviceModel",
                                     *content, now_ms());
  node.deletes.insert_or_assign(resource, KeptDelete{std::move(message), kind, object.id, 0});
  if (node.connected && synced_) send_delete(name, resource, out);
}

void Downlink::send_delete(const std::string& name, const std::string& resource, DownlinkOutput& out) {
  KeptDelete& kept = nodes_.at(name).deletes.at(resource);
  kept.token = issue_token({name, kept.kind, kept.id, resource});
  send(name, kept.message, kept.token, out);
}

std::uint64_t Downlink::issue_token(Ticket ticket) {
  nodes_.at(ticket.node).tokens.insert(++last_token_);
  tickets_.emplace(last_token_, std::move(ticket));
  return last_token_;
}

DownlinkOutput Downlink::acked(std::uint64_t token, bool ok) {
  DownlinkOutput out;
  const auto found = tickets_.find(token);
  if (found == tickets_.end()) return out;
  const Ticket ticket = std::move(found->second);
  tickets_.erase(found);
  Node& node = nodes_.at(ticket.node);
  node.tokens.erase(token);
  if (!ticket.deleted.empty()) {
    delete_acked(ticket, token, ok, out);
    return out;
  }
  --node.under_way;
  auto& shipped = ticket.kind == Kind::device ? node.shipped_devices : node.shipped_models;
  const auto shipment = shipped.find(ticket.id);
  if (shipment != shipped.end() && shipment->second.token == token) settle(shipment->second, ticket, ok, out);
  release(ticket.node, out);
  return out;
}

void Downlink::delete_acked(const Ticket& ticket, std::uint64_t token, bool ok, DownlinkOutput& out) {
  Node& node = nodes_.at(ticket.node);
  const auto kept = node.deletes.find(ticket.deleted);
  if (kept != node.deletes.end() && kept->second.token == token) {
    kept->second.token = 0;
    if (ok) node.deletes.erase(kept);
  }
  if (!ok || ticket.kind != Kind::device) return;
  const auto move = moves_.find(ticket.id);
  if (move != moves_.end() && move->second.from == ticket.node) end_move(ticket.id, out);
}

void Downlink::settle(Shipment& shipment, const Ticket& ticket, bool ok, DownlinkOutput& out) {
  shipment.token = 0;
  shipment.retry = !ok;
  shipment.unanswered = !ok;
  const auto known = ticket.kind == Kind::device ? devices_.find(ticket.id) : devices_.end();
  if (known != devices_.end() && ok) {
    known->second.delivered_generation = shipment.generation;
    known->second.delivered = !shipment.stale;
    out.touched.push_back(ticket.id);
  }
  if (!shipment.stale || !current(ticket.kind, ticket.id)) return;
  shipment.stale = false;
  ship(ticket.node, ticket.kind, ticket.id, wire::operation::kUpdate, out);
}

DownlinkOutput Downlink::retry(const std::string& name) {
  DownlinkOutput out;
  const auto found = nodes_.find(name);
  if (found == nodes_.end() || !found->second.connected || !synced_) return out;
  Node& node = found->second;
  for (const auto& [resource, kept] : node.deletes) {
    if (kept.token == 0) send_delete(name, resource, out);
  }
  for (auto& [id, shipment] : node.shipped_models) {
    if (std::exchange(shipment.retry, false) && current(Kind::model, id))
      ship(name, Kind::model, id, wire::operation::kInsert, out);
  }
  for (auto& [id, shipment] : node.shipped_devices) {
    if (!std::exchange(shipment.retry, false)) continue;
    devices_.at(id).delivered = false;
    out.touched.push_back(id);
    ship(name, Kind::device, id, wire::operation::kUpdate, out);
  }
  return out;
}

}  // namespace hearth::controller
