// SPDX-License-Identifier: Apache-2.0
// The newest version known of each device whose watch is behind: what the API has answered to our patch, or said
// when it was asked after a conflict. It tells our own writes as the watch echoes them.
// Thread: plain value, one owner.   Errors: none.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "cloud/controller/api_object.hpp"

namespace hearth::controller {

class StatusBase {
 public:
  /// The watch has shown the device. True when this is what our own last write made.
  bool observed(const ApiObject& device);
  /// The API has answered our patch with this object. True when the watch had shown it before.
  bool patched(ApiObject answer);
  /// The API was asked for the object.
  void fetched(ApiObject object);
  void forget(const DeviceId& id);

  /// The device itself or its newer version, if it is the same device.
  const ApiObject& newest(const ApiObject& device) const;

 private:
  struct Entry {
    std::shared_ptr<const ApiObject> ahead;  ///< null when the watch is not behind, as nearly always
    std::string last_written;                ///< resourceVersion of our last patch's answer
    std::string last_seen;                   ///< by the watch
  };

  std::map<DeviceId, Entry> entries_;
};

}  // namespace hearth::controller
