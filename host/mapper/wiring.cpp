// SPDX-License-Identifier: Apache-2.0
#include "host/mapper/wiring.hpp"

#include <algorithm>

namespace hearth::runtime {

const device::ResolvedProperty* Wiring::find(const std::string& property) const {
  const auto found = std::find_if(device.properties.begin(), device.properties.end(),
                                  [&](const auto& p) { return p.model.name == property; });
  return found == device.properties.end() ? nullptr : &*found;
}

Wiring make_wiring(const device::Device& device, const device::DeviceModel& model) {
  Wiring wiring{device::resolve(device, model), device::check_device(device, model)};
  wiring.device.meta.resource_version = 0;
  for (auto& property : wiring.device.properties) {
    property.model.description.clear();
    property.model.visitors.reset();  // in property.config, as are the device's
    property.device.visitors.reset();
    property.device.desired.reset();
    property.device.desired_metadata.clear();
  }
  // A desired value that does not fit is not the mapper's matter: it is never written, and the API has said so.
  std::erase_if(wiring.issues, [](const auto& issue) { return issue.path.ends_with(".desired.value"); });
  return wiring;
}

std::string list_issues(const std::vector<device::Issue>& issues) {
  std::string text;
  for (const auto& issue : issues) {
    if (!text.empty()) text += "; ";
    text += issue.path + ": " + issue.message;
  }
  return text;
}

}  // namespace hearth::runtime
