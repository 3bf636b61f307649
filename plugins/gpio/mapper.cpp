// SPDX-License-Identifier: Apache-2.0
// The mapper of GPIO lines.
#include "sdk/mapper/mapper.hpp"

#include "plugins/gpio/gpio_device.hpp"
#include "plugins/gpio/options.hpp"

namespace hearth::gpio {

class GpioMapper : public mapper::Mapper {
 public:
  using Mapper::Mapper;

  std::vector<mapper::Issue> validate(const mapper::DeviceConfig& device) const override {
    std::vector<mapper::Issue> issues;
    const auto options = read_device(device, issues);
    for (std::size_t i = 0; i < device.properties.size(); ++i) {
      mapper::Config config(device.properties[i].config, mapper::visitor_path(i), issues);
      read_property(device.properties[i], options.consumer, config);
    }
    return issues;
  }

  mapper::Expected<std::string> bus_key(const mapper::DeviceConfig& device) const override {
    const auto options = checked(device);
    if (!options) return options.error();
    return "gpiochip:" + options->chip.label;
  }

  mapper::Expected<std::unique_ptr<mapper::Device>> open(const mapper::DeviceConfig& device,
                                                         mapper::Deadline) override {
    const auto options = checked(device);
    if (!options) return options.error();
    auto chip = open_chip(options->chip);
    if (!chip) return chip.error();
    return std::make_unique<GpioDevice>(std::move(*chip), options->consumer);
  }

 private:
  static mapper::Expected<DeviceOptions> checked(const mapper::DeviceConfig& device) {
    std::vector<mapper::Issue> issues;
    auto options = read_device(device, issues);
    if (!issues.empty()) return mapper::config_error(issues.front().path + ": " + issues.front().message);
    return options;
  }
};

}  // namespace hearth::gpio

HEARTH_MAPPER(hearth::gpio::GpioMapper)
