// SPDX-License-Identifier: Apache-2.0
// The newest status known of each device: that of the watch, or that of our last patch while the watch is behind.
// Thread: plain value, one owner.   Errors: none.
#pragma once

#include <map>
#include <set>
#include <string>

#include "cloud/controller/api_object.hpp"

namespace hearth::controller {

class StatusBase {
 public:
  /// The watch has shown the device.
  void observed(const ApiObject& device);
  /// The API has answered our patch, meant for the device of this UID, with this object.
  void patched(const std::string& uid, ApiObject answer);
  void forget(const DeviceId& id);

  /// The newer of the device's own and the patched status.
  const nlohmann::json& status(const ApiObject& device) const;
  /// The status of this UID was written for a namesake that was deleted meanwhile.
  bool is_haunted(const ApiObject& device) const { return haunted_.contains(device.uid); }

 private:
  std::map<DeviceId, ApiObject> patched_;
  std::set<std::string> haunted_;  ///< UIDs
};

}  // namespace hearth::controller
