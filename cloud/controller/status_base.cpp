// SPDX-License-Identifier: Apache-2.0
#include "cloud/controller/status_base.hpp"

#include <utility>

namespace hearth::controller {

bool StatusBase::observed(const ApiObject& device) {
  Entry& entry = entries_[device.id];
  entry.last_seen = device.resource_version;
  const bool behind = entry.ahead && entry.ahead->uid == device.uid &&
                      entry.ahead->resource_version != device.resource_version &&
                      is_later(entry.ahead->resource_version, device.resource_version);
  if (!behind) entry.ahead = nullptr;
  return !device.resource_version.empty() && entry.last_written == device.resource_version;
}

bool StatusBase::patched(ApiObject answer) {
  Entry& entry = entries_[answer.id];
  entry.last_written = answer.resource_version;
  if (entry.last_seen == answer.resource_version) return true;
  entry.ahead = std::make_shared<const ApiObject>(std::move(answer));
  return false;
}

void StatusBase::fetched(ApiObject object) {
  Entry& entry = entries_[object.id];
  if (entry.last_seen != object.resource_version)
    entry.ahead = std::make_shared<const ApiObject>(std::move(object));
}

void StatusBase::forget(const DeviceId& id) {
  entries_.erase(id);
}

const ApiObject& StatusBase::newest(const ApiObject& device) const {
  const auto found = entries_.find(device.id);
  const bool ahead = found != entries_.end() && found->second.ahead &&
                     found->second.ahead->uid == device.uid &&
                     is_later(found->second.ahead->resource_version, device.resource_version);
  return ahead ? *found->second.ahead : device;
}

}  // namespace hearth::controller
