// SPDX-License-Identifier: Apache-2.0
#include "host/twin/inventory.hpp"

namespace hearth::twin {

bool spec_differs(const device::Device& a, const device::Device& b) {
  return a.model_name != b.model_name || a.node_name != b.node_name || a.protocol != b.protocol ||
         a.properties != b.properties;
}

bool spec_differs(const device::DeviceModel& a, const device::DeviceModel& b) {
  return a.protocol != b.protocol || a.protocol_config != b.protocol_config || a.properties != b.properties;
}

Verdict Inventory::judge(const device::ObjectMeta& held, std::uint64_t held_session,
                         const device::ObjectMeta& next) const {
  const bool versioned = held.resource_version != 0 && next.resource_version != 0;
  const bool other_object = !held.uid.empty() && !next.uid.empty() && held.uid != next.uid;
  if (other_object) {
    // Within one link a lower version is a late message of the deleted object; on a new link it can as well
    // be the first word of a cloud that was set up anew.
    const bool late = versioned && next.resource_version < held.resource_version && held_session == session_;
    return late ? Verdict::older : Verdict::recreate;
  }
  if (!versioned) return Verdict::apply;
  if (next.resource_version == held.resource_version) return Verdict::same;
  return next.resource_version > held.resource_version ? Verdict::apply : Verdict::older;
}

Verdict Inventory::judge(const device::Device& next) const {
  const auto* held = device(next.meta.id);
  return held ? judge(held->device.meta, held->session, next.meta) : Verdict::apply;
}

Verdict Inventory::judge(const device::DeviceModel& next) const {
  const auto* held = model(next.meta.id);
  return held ? judge(held->model.meta, held->session, next.meta) : Verdict::apply;
}

void Inventory::adopt(device::Device device, std::string text) {
  const auto id = device.meta.id;
  devices_[id] = {std::move(device), std::move(text), session_};
}

void Inventory::adopt(device::DeviceModel model, std::string text) {
  const auto id = model.meta.id;
  models_.insert_or_assign(id, HeldModel{std::move(model), std::move(text), session_});
}

void Inventory::seen_device(const DeviceId& id) {
  if (auto* held = devices_.find(id)) held->session = session_;
}

void Inventory::seen_model(const DeviceId& id) {
  if (const auto found = models_.find(id); found != models_.end()) found->second.session = session_;
}

bool Inventory::first_in_session(const DeviceId& id) const {
  const auto* held = device(id);
  return held && held->session != session_;
}

void Inventory::drop_device(const DeviceId& id) {
  devices_.erase(id);
}

void Inventory::drop_model(const DeviceId& id) {
  models_.erase(id);
}

const HeldDevice* Inventory::device(const DeviceId& id) const {
  return devices_.find(id);
}

const HeldModel* Inventory::model(const DeviceId& id) const {
  const auto found = models_.find(id);
  return found == models_.end() ? nullptr : &found->second;
}

const device::DeviceModel* Inventory::model_of(const device::Device& device) const {
  const auto* held = model({device.meta.id.ns, device.model_name});
  return held ? &held->model : nullptr;
}

std::vector<const device::Device*> Inventory::devices_of(const DeviceId& model) const {
  std::vector<const device::Device*> users;
  for (const auto& [id, held] : devices_.ordered()) {
    if (id.ns == model.ns && held.device.model_name == model.name) users.push_back(&held.device);
  }
  return users;
}

bool Inventory::is_local(const DeviceId& id) const {
  const auto* held = device(id);
  return held && held->device.meta.resource_version == 0;
}

}  // namespace hearth::twin
