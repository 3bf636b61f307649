// SPDX-License-Identifier: Apache-2.0
// A device made of lines of one chip.
// Thread: one at a time.   Errors: statuses. A line that was busy is asked for again at the next call; a chip that has
// gone gives link until the device is opened again.
#pragma once

#include <memory>
#include <vector>

#include "plugins/gpio/lines.hpp"
#include "plugins/gpio/options.hpp"
#include "sdk/mapper/mapper.hpp"

namespace hearth::gpio {

class GpioDevice : public mapper::Device {
 public:
  GpioDevice(std::unique_ptr<Chip> chip, std::string consumer);

  mapper::Expected<mapper::Handle> prepare(const mapper::PropertyConfig& property) override;
  mapper::ReadResult read(mapper::Handle handle, mapper::Deadline deadline) override;
  mapper::WriteOutcome write(mapper::Handle handle, const device::Value& value,
                             mapper::Deadline deadline) override;
  mapper::Status health() override { return gone_; }

 private:
  struct Point {
    PropertyOptions options;
    std::unique_ptr<Line> line;  ///< null while somebody else holds it
  };

  /// The line is ours, or why not.
  mapper::Status hold(Point& point);
  /// The level once it has not changed for the debounce time.
  mapper::Expected<bool> settled(Point& point, mapper::Deadline deadline);
  /// Remembers that the chip is gone: its descriptors never work again.
  mapper::Status note(mapper::Status status);

  std::unique_ptr<Chip> chip_;
  std::string consumer_;
  std::vector<Point> points_;  // after chip_: lines go first
  mapper::Status gone_;
};

}  // namespace hearth::gpio
