// SPDX-License-Identifier: Apache-2.0
// A device that exists only here: lamp, dimmer, thermometer, or whatever its model says.
// Thread: one at a time.   Errors: statuses; failEvery asks for them.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "plugins/virtual/options.hpp"
#include "plugins/virtual/waveform.hpp"
#include "sdk/mapper/mapper.hpp"

namespace hearth::virtual_device {

class VirtualDevice : public mapper::Device {
 public:
  using Now = std::function<std::chrono::steady_clock::time_point()>;

  explicit VirtualDevice(std::uint64_t seed, Now now = &std::chrono::steady_clock::now);

  mapper::Expected<mapper::Handle> prepare(const mapper::PropertyConfig& property) override;
  mapper::ReadResult read(mapper::Handle handle, mapper::Deadline deadline) override;
  mapper::WriteOutcome write(mapper::Handle handle, const device::Value& value,
                             mapper::Deadline deadline) override;

 private:
  struct Point {
    std::string name;
    PropertyOptions options;
    std::unique_ptr<Waveform> waveform;  ///< its generator is large, and few points have one
    device::Value value;
    std::int64_t calls = 0;
  };

  /// Takes as long and fails as often as the options want.
  mapper::Status behave(Point& point, mapper::Deadline deadline);
  mapper::Expected<device::Value> current(Point& point);

  std::uint64_t seed_;
  Now now_;
  std::chrono::steady_clock::time_point start_;
  std::vector<Point> points_;
};

}  // namespace hearth::virtual_device
