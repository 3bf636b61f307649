// SPDX-License-Identifier: Apache-2.0
#include "host/twin/dirty_rows.hpp"

#include "sdk/wire/resource.hpp"

namespace hearth::twin {
void DirtyRows::twins(const DeviceId& id, const TwinChange& change) {
  if (change.properties.empty()) return;
  auto& keys = devices_[id].keys;
  for (const auto& [key, next] : change.properties)
    keys.insert(key);
}

void DirtyRows::put_back(DirtyRows taken) {
  for (auto& [id, marks] : taken.devices_) {
    auto& device = devices_[id];
    device.row |= marks.row;
    device.object |= marks.object;
    device.wipe |= marks.wipe;
    device.keys.merge(marks.keys);
  }
  models_.merge(taken.models_);
}

std::size_t DirtyRows::count() const {
  std::size_t count = models_.size();
  for (const auto& [id, marks] : devices_)
    count += (marks.row ? 1U : 0U) + (marks.object ? 1U : 0U) + (marks.wipe ? 1U : 0U) + marks.keys.size();
  return count;
}

void DirtyRows::add_twins(sql::Batch& batch, const DeviceId& id, const Device& marks,
                          const TwinDevice& device) {
  if (marks.wipe) {
    for (const auto& [key, property] : device.properties)
      batch.twins.push_back({id.str(), key, property});
    return;
  }
  for (const auto& key : marks.keys) {
    const auto found = device.properties.find(key);
    batch.twins.push_back(
        {id.str(), key, found == device.properties.end() ? std::nullopt : std::optional(found->second)});
  }
}

sql::Batch DirtyRows::rows(const TwinTable& table, const Inventory& inventory) const {
  sql::Batch batch;
  for (const auto& [id, marks] : devices_) {
    const auto* device = table.find(id);
    if (marks.wipe || !device) batch.erased_devices.push_back(id);
    if (!device) continue;
    if (marks.row || marks.wipe) {
      batch.devices.push_back({id, device->description, device->state, device->last_online});
    }
    add_twins(batch, id, marks, *device);
    const auto* held = inventory.device(id);
    if (held && (marks.object || marks.wipe)) {
      batch.objects.push_back({wire::device_resource(id), sql::kDeviceType, held->text});
    }
  }
  for (const auto& id : models_) {
    auto key = wire::device_model_resource(id);
    const auto* held = inventory.model(id);
    if (held) {
      batch.objects.push_back({std::move(key), sql::kDeviceModelType, held->text});
    } else {
      batch.erased_objects.push_back(std::move(key));
    }
  }
  return batch;
}

}  // namespace hearth::twin
