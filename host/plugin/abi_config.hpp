// SPDX-License-Identifier: Apache-2.0
// A ResolvedDevice as the C structs of the boundary.
// Thread: one at a time.   Errors: none.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "sdk/device/device.hpp"
#include "sdk/mapper/abi.h"

namespace hearth::plugin {

/// Owns the JSON texts and borrows every other string of the device.
class AbiConfig {
 public:
  explicit AbiConfig(const device::ResolvedDevice& device);
  AbiConfig(const AbiConfig&) = delete;
  AbiConfig& operator=(const AbiConfig&) = delete;

  const hearth_device_config* device() const { return &config_; }
  const hearth_property_config* property(std::size_t index) const { return pointers_[index]; }

 private:
  std::deque<std::string> texts_;
  std::deque<hearth_property_config> properties_;
  std::vector<const hearth_property_config*> pointers_;
  hearth_device_config config_{};
};

}  // namespace hearth::plugin
