// SPDX-License-Identifier: Apache-2.0
#include "plugins/virtual/virtual_device.hpp"

#include <algorithm>
#include <thread>

#include "plugins/virtual/value_file.hpp"

namespace hearth::virtual_device {

using mapper::Deadline;
using mapper::Handle;
using mapper::ReadResult;
using mapper::Status;
using mapper::WriteOutcome;

VirtualDevice::VirtualDevice(std::uint64_t seed, Now now)
    : seed_(seed), now_(std::move(now)), start_(now_()) {}

mapper::Expected<Handle> VirtualDevice::prepare(const mapper::PropertyConfig& property) {
  std::vector<mapper::Issue> issues;
  mapper::Config config(property.config, "visitors.configData", issues);
  Point point{.name = property.name, .options = read_options(property, seed_, config)};
  if (!issues.empty()) return mapper::config_error(issues.front().path + ": " + issues.front().message);
  if (point.options.waveform) point.waveform = std::make_unique<Waveform>(*point.options.waveform);
  point.value = point.options.initial;
  points_.push_back(std::move(point));
  return points_.size() - 1;
}

Status VirtualDevice::behave(Point& point, Deadline deadline) {
  if (point.options.latency.count() > 0) {
    const auto done = std::chrono::steady_clock::now() + point.options.latency;
    std::this_thread::sleep_until(std::min(done, deadline));
    if (done > deadline) return mapper::unit_error("no answer before the deadline (latencyMs is longer)");
  }
  ++point.calls;
  if (point.options.fail_every && point.calls % *point.options.fail_every == 0) {
    return mapper::point_error("property " + point.name + " fails every " +
                               std::to_string(*point.options.fail_every) + " calls, as failEvery wants");
  }
  return {};
}

mapper::Expected<device::Value> VirtualDevice::current(Point& point) {
  if (point.options.file) return read_value_file(*point.options.file, point.options.type, point.value);
  if (!point.waveform) return point.value;
  return value_of(point.waveform->at(now_() - start_), point.options.type, *point.options.waveform);
}

ReadResult VirtualDevice::read(Handle handle, Deadline deadline) {
  auto& point = points_.at(handle);
  if (auto status = behave(point, deadline); !status.ok()) return {std::move(status)};
  auto value = current(point);
  if (!value) return {value.error()};
  return {{}, std::move(*value), std::chrono::system_clock::now()};
}

WriteOutcome VirtualDevice::write(Handle handle, const device::Value& value, Deadline deadline) {
  auto& point = points_.at(handle);
  if (auto status = behave(point, deadline); !status.ok()) {
    return {WriteOutcome::Kind::failed, std::move(status), std::nullopt};
  }
  if (point.options.read_only) {
    return {WriteOutcome::Kind::failed, mapper::point_error("property " + point.name + " is ReadOnly"),
            std::nullopt};
  }
  if (point.options.file) {
    if (auto status = write_value_file(*point.options.file, value); !status.ok()) {
      return {WriteOutcome::Kind::failed, std::move(status), std::nullopt};
    }
  }
  point.value = value;
  auto actual = current(point);
  if (!actual) return {WriteOutcome::Kind::failed, actual.error(), std::nullopt};
  const auto kind = *actual == value ? WriteOutcome::Kind::confirmed : WriteOutcome::Kind::mismatch;
  return {kind, {}, std::move(*actual)};
}

}  // namespace hearth::virtual_device
