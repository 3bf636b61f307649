// SPDX-License-Identifier: Apache-2.0
#include "cloud/controller/status_base.hpp"

#include <utility>

namespace hearth::controller {

void StatusBase::observed(const ApiObject& device) {
  const auto found = patched_.find(device.id);
  if (found == patched_.end()) return;
  const bool ahead =
      found->second.uid == device.uid && is_later(found->second.resource_version, device.resource_version);
  if (!ahead) patched_.erase(found);
}

void StatusBase::patched(const std::string& uid, ApiObject answer) {
  if (answer.uid == uid) {
    haunted_.erase(uid);
  } else {
    haunted_.insert(answer.uid);
  }
  patched_.insert_or_assign(answer.id, std::move(answer));
}

void StatusBase::forget(const DeviceId& id) {
  const auto found = patched_.find(id);
  if (found == patched_.end()) return;
  haunted_.erase(found->second.uid);
  patched_.erase(found);
}

const nlohmann::json& StatusBase::status(const ApiObject& device) const {
  const auto found = patched_.find(device.id);
  const bool ahead = found != patched_.end() && found->second.uid == device.uid &&
                     is_later(found->second.resource_version, device.resource_version);
  return ahead ? found->second.status() : device.status();
}

}  // namespace hearth::controller
