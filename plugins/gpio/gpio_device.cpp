// SPDX-License-Identifier: Apache-2.0
#include "plugins/gpio/gpio_device.hpp"

#include <algorithm>
#include <thread>

namespace hearth::gpio {

using mapper::Deadline;
using mapper::Expected;
using mapper::Handle;
using mapper::ReadResult;
using mapper::Status;
using mapper::StatusClass;
using mapper::WriteOutcome;

namespace {

WriteOutcome failed(Status status) {
  return {WriteOutcome::Kind::failed, std::move(status), std::nullopt};
}

}  // namespace

GpioDevice::GpioDevice(std::unique_ptr<Chip> chip, std::string consumer)
    : chip_(std::move(chip)), consumer_(std::move(consumer)) {}

Expected<Handle> GpioDevice::prepare(const mapper::PropertyConfig& property) {
  std::vector<mapper::Issue> issues;
  mapper::Config config(property.config, "visitors.configData", issues);
  Point point{.options = read_property(property, consumer_, config)};
  if (!issues.empty()) return mapper::config_error(issues.front().path + ": " + issues.front().message);
  const auto status = hold(point);
  if (status.cls == StatusClass::config) return status;
  points_.push_back(std::move(point));
  return points_.size() - 1;
}

Status GpioDevice::hold(Point& point) {
  if (!gone_.ok()) return gone_;
  if (point.line) return {};
  auto line = chip_->request(point.options.request);
  if (!line) return note(line.error());
  point.line = std::move(*line);
  return {};
}

Status GpioDevice::note(Status status) {
  if (status.cls == StatusClass::link) gone_ = status;
  return status;
}

Expected<bool> GpioDevice::settled(Point& point, Deadline deadline) {
  auto level = point.line->get();
  const auto debounce = point.options.debounce;
  if (!level || debounce.count() == 0) return level;
  constexpr std::chrono::milliseconds kStep{1};
  auto since = std::chrono::steady_clock::now();
  while (std::chrono::steady_clock::now() - since < debounce) {
    if (std::chrono::steady_clock::now() >= deadline) return mapper::point_error("the input keeps bouncing");
    std::this_thread::sleep_for(kStep);
    const auto again = point.line->get();
    if (!again) return again;
    if (*again != *level) since = std::chrono::steady_clock::now();
    level = again;
  }
  return level;
}

ReadResult GpioDevice::read(Handle handle, Deadline deadline) {
  auto& point = points_.at(handle);
  if (auto status = hold(point); !status.ok()) return {std::move(status)};
  const auto level = settled(point, deadline);
  if (!level) return {note(level.error())};
  return {{}, value_of(*level, point.options.type), std::chrono::system_clock::now()};
}

WriteOutcome GpioDevice::write(Handle handle, const device::Value& value, Deadline) {
  auto& point = points_.at(handle);
  if (point.options.request.direction == Direction::input) {
    return failed(mapper::point_error(to_string(point.options.request.line) + " is an input"));
  }
  const auto wanted = level_of(value);
  if (!wanted) return failed(wanted.error());
  if (auto status = hold(point); !status.ok()) return failed(std::move(status));
  if (auto status = note(point.line->set(*wanted)); !status.ok()) return failed(std::move(status));
  // Through our own request: asking for the line anew would turn it into an input.
  const auto actual = point.line->get();
  if (!actual) return failed(note(actual.error()));
  const auto kind = *actual == *wanted ? WriteOutcome::Kind::confirmed : WriteOutcome::Kind::mismatch;
  return {kind, {}, value_of(*actual, point.options.type)};
}

}  // namespace hearth::gpio
