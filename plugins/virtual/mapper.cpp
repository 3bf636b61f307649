// SPDX-License-Identifier: Apache-2.0
// The mapper of virtual devices.
#include "sdk/mapper/mapper.hpp"

#include "plugins/virtual/options.hpp"
#include "plugins/virtual/virtual_device.hpp"

namespace hearth::virtual_device {

class VirtualMapper : public mapper::Mapper {
 public:
  using Mapper::Mapper;

  std::vector<mapper::Issue> validate(const mapper::DeviceConfig& device) const override {
    std::vector<mapper::Issue> issues;
    const auto seed = read_seed(device, issues);
    for (std::size_t i = 0; i < device.properties.size(); ++i) {
      mapper::Config config(device.properties[i].config, mapper::visitor_path(i), issues);
      read_options(device.properties[i], seed, config);
    }
    return issues;
  }

  /// A virtual device shares its connection with nobody.
  mapper::Expected<std::string> bus_key(const mapper::DeviceConfig& device) const override {
    return "virtual:" + device.ns + "/" + device.name;
  }

  mapper::Expected<std::unique_ptr<mapper::Device>> open(const mapper::DeviceConfig& device,
                                                         mapper::Deadline) override {
    std::vector<mapper::Issue> issues;
    const auto seed = read_seed(device, issues);
    if (!issues.empty()) return mapper::config_error(issues.front().path + ": " + issues.front().message);
    return std::make_unique<VirtualDevice>(seed);
  }
};

}  // namespace hearth::virtual_device

HEARTH_MAPPER(hearth::virtual_device::VirtualMapper)
