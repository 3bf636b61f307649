// SPDX-License-Identifier: Apache-2.0
// The keys of a GPIO device's configData.
// Thread: none, pure functions.   Errors: issues with their path.
#pragma once

#include <chrono>
#include <vector>

#include "plugins/gpio/lines.hpp"
#include "sdk/mapper/mapper.hpp"

namespace hearth::gpio {

struct DeviceOptions {
  ChipAddress chip;
  std::string consumer;
};

struct PropertyOptions {
  device::PropertyType type = device::PropertyType::boolean;
  LineRequest request;
  std::chrono::milliseconds debounce{0};
};

/// The consumer defaults to hearth:NAME, cut to the 31 characters the kernel keeps.
DeviceOptions read_device(const mapper::DeviceConfig& device, std::vector<mapper::Issue>& issues);

/// ReadWrite properties are outputs, ReadOnly ones inputs.
PropertyOptions read_property(const mapper::PropertyConfig& property, const std::string& consumer,
                              mapper::Config& config);

/// BOOLEAN true/false, INT 1/0, STRING ON/OFF; a point error for any other value.
mapper::Expected<bool> level_of(const device::Value& value);
/// The same backwards.
device::Value value_of(bool active, device::PropertyType type);

}  // namespace hearth::gpio
