// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/sim_mapper.hpp"

#include "sdk/wire/twin_document.hpp"
#include "tests/sim/mapped_device.hpp"

namespace hearth::sim {

SimMapper::SimMapper(ProcessScheduler& process, Appliances& appliances, Journal& journal, std::string name,
                     MapperOutputs outputs)
    : process_(process),
      appliances_(appliances),
      journal_(journal),
      name_(std::move(name)),
      outputs_(std::move(outputs)) {}

SimMapper::~SimMapper() = default;

void SimMapper::device_changed(const device::Device& device, const device::DeviceModel* model) {
  const auto known_model = model ? std::optional(*model) : std::nullopt;
  if (const auto closing = closing_.find(device.meta.id); closing != closing_.end()) {
    closing->second.emplace(device, known_model);
    return;
  }
  auto& mapped = devices_[device.meta.id];
  if (!mapped) mapped = std::make_shared<MappedDevice>(*this, device.meta.id);
  mapped->set(device, known_model);
}

void SimMapper::device_removed(const DeviceId& id) {
  if (const auto closing = closing_.find(id); closing != closing_.end()) closing->second.reset();
  const auto found = devices_.find(id);
  if (found == devices_.end()) return;
  closing_.emplace(id, std::nullopt);
  const auto mapped = found->second;
  devices_.erase(found);
  mapped->stop();
}

void SimMapper::closed(const DeviceId& id) {
  const auto successor = closing_.extract(id);
  if (!successor || !successor.mapped()) return;
  const auto& [device, model] = *successor.mapped();
  device_changed(device, model ? &*model : nullptr);
}

void SimMapper::handle_delta(const DeviceId& id, const std::string& payload) {
  const auto found = devices_.find(id);
  if (found == devices_.end()) return;
  const auto delta = wire::parse_twin_delta(payload);
  if (!delta) return journal_.fail("{}: {}: no delta: {}", name_, id.name, delta.error().text);
  for (const auto& [property, value] : *delta)
    journal_.note(name_, "is to write {} {}={}", id.name, property, value);
  found->second->want(*delta);
}

}  // namespace hearth::sim
