// SPDX-License-Identifier: Apache-2.0
#include "host/plugin/loaded_device.hpp"

#include <fmt/core.h>
#include <spdlog/spdlog.h>

#include <cmath>

#include "host/plugin/sinks.hpp"
#include "sdk/mapper/convert.hpp"

namespace hearth::plugin {
namespace {

using device::PropertyType;
using device::Value;

Status check_text(std::string_view text, PropertyType type) {
  if (text.size() > device::kMaxValueSize) {
    return mapper::point_error(
        fmt::format("the value has {} bytes, at most {} are allowed", text.size(), device::kMaxValueSize));
  }
  if (type == PropertyType::string && !device::parse_value(type, text)) {
    return mapper::point_error("the value is no UTF-8 text; use type BYTES for it");
  }
  return {};
}

/// What a twin cannot carry: the wrong type, no number, too long, no UTF-8.
Status check_abi_value(const hearth_value& value, PropertyType expected) {
  if (value.type != mapper::to_abi(expected)) {
    return mapper::bug_error(
        fmt::format("the mapper returned a value of type number {} for a property of type {}", value.type,
                    device::to_string(expected)));
  }
  const bool finite = (value.type != HEARTH_FLOAT || std::isfinite(value.as.single)) &&
                      (value.type != HEARTH_DOUBLE || std::isfinite(value.as.real));
  if (!finite) return mapper::point_error("the device gave a value that is not a finite number");
  const bool has_text = expected == PropertyType::string || expected == PropertyType::bytes;
  return has_text ? check_text(mapper::view(value.as.string), expected) : Status();
}

Status clean(Status status) {
  status.text = clean_text(status.text);
  return status;
}

ReadResult take_reading(const hearth_read_result& result, PropertyType expected) {
  if (result.status.cls == HEARTH_OK) {
    auto fault = check_abi_value(result.value, expected);
    if (!fault.ok()) return {std::move(fault)};
  }
  auto reading = mapper::from_abi(result);
  reading.status = clean(std::move(reading.status));
  return reading;
}

WriteOutcome take_outcome(const hearth_write_result& result, PropertyType expected) {
  if (result.has_actual != 0 && result.outcome <= HEARTH_MISMATCH) {
    auto fault = check_abi_value(result.actual, expected);
    if (!fault.ok()) return {WriteOutcome::Kind::failed, std::move(fault), std::nullopt};
  }
  auto outcome = mapper::from_abi(result);
  outcome.status = clean(std::move(outcome.status));
  return outcome;
}

/// A result that a mapper which forgets to fill it leaves as it is.
hearth_read_result unfilled() {
  constexpr std::string_view kText = "the mapper left the result of the read empty";
  hearth_read_result result{};
  result.status = {HEARTH_BUG, 0, mapper::borrow(kText)};
  return result;
}

}  // namespace

LoadedDevice::Impl::Impl(std::shared_ptr<MapperLibrary> library, hearth_device* device)
    : library_(std::move(library)), device_(device) {}

LoadedDevice::Impl::~Impl() {
  table().close(device_);
}

void LoadedDevice::Impl::prepare(const device::ResolvedDevice& device, const AbiConfig& config) {
  for (std::size_t i = 0; i < device.properties.size(); ++i) {
    const auto& model = device.properties[i].model;
    Property property{.type = model.type};
    hearth_status status{HEARTH_BUG, 0, mapper::borrow("the mapper left the result of prepare empty")};
    table().prepare(device_, config.property(i), &property.handle, &status);
    property.status = clean(mapper::from_abi(status));
    properties_[model.name] = std::move(property);
  }
}

Expected<LoadedDevice::Impl::Property> LoadedDevice::Impl::find(const std::string& name) const {
  const auto found = properties_.find(name);
  if (found == properties_.end()) {
    return mapper::config_error(fmt::format("the device has no property '{}'", name));
  }
  if (!found->second.status.ok()) return found->second.status;
  return found->second;
}

std::vector<ReadResult> LoadedDevice::Impl::read(std::span<const std::string> names, Deadline deadline) {
  std::vector<ReadResult> results(names.size());
  std::vector<std::uint64_t> handles;
  std::vector<std::pair<std::size_t, PropertyType>> slots;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto property = find(names[i]);
    if (!property) {
      results[i].status = property.error();
      continue;
    }
    handles.push_back(property->handle);
    slots.emplace_back(i, property->type);
  }
  if (handles.empty()) return results;
  std::vector<hearth_read_result> raw(handles.size(), unfilled());
  table().read(device_, handles.data(), handles.size(), mapper::to_abi(deadline), raw.data());
  for (std::size_t i = 0; i < slots.size(); ++i) {
    results[slots[i].first] = take_reading(raw[i], slots[i].second);
  }
  return results;
}

WriteOutcome LoadedDevice::Impl::write(const std::string& name, const Value& value, Deadline deadline) {
  const auto property = find(name);
  if (!property) return {WriteOutcome::Kind::failed, property.error(), std::nullopt};
  if (device::type_of(value) != property->type) {
    auto status = mapper::config_error(fmt::format("a {} was to be written, the property is {}",
                                                   device::to_string(device::type_of(value)),
                                                   device::to_string(property->type)));
    return {WriteOutcome::Kind::failed, std::move(status), std::nullopt};
  }
  const auto raw_value = mapper::to_abi(value);
  hearth_write_result raw{};
  raw.outcome = HEARTH_FAILED;
  raw.status = {HEARTH_BUG, 0, mapper::borrow("the mapper left the outcome of the write empty")};
  table().write(device_, property->handle, &raw_value, mapper::to_abi(deadline), &raw);
  return take_outcome(raw, property->type);
}

Status LoadedDevice::Impl::subscribe(std::span<const std::string> names, PushSink sink) {
  if (!can_subscribe()) return mapper::config_error("the mapper does not push values; they are polled");
  auto subscription = std::make_unique<Subscription>(Subscription{std::move(sink), {}});
  std::vector<std::uint64_t> handles;
  for (const auto& name : names) {
    const auto property = find(name);
    if (!property) return property.error();
    handles.push_back(property->handle);
    subscription->properties[property->handle] = {name, property->type};
  }
  subscriptions_.push_back(std::move(subscription));
  const hearth_push_sink raw_sink{subscriptions_.back().get(), &Impl::push};
  hearth_status status{HEARTH_BUG, 0, mapper::borrow("the mapper left the result of subscribe empty")};
  table().subscribe(device_, handles.data(), handles.size(), &raw_sink, &status);
  return clean(mapper::from_abi(status));
}

void LoadedDevice::Impl::push(void* context, std::uint64_t handle, const hearth_read_result* result) {
  const auto& subscription = *static_cast<const Subscription*>(context);
  const auto found = subscription.properties.find(handle);
  if (!result || found == subscription.properties.end()) return;
  const auto& [name, type] = found->second;
  try {
    subscription.sink(name, take_reading(*result, type));
  } catch (const std::exception& e) {
    // The frames above are the mapper's, possibly of another compiler.
    spdlog::error("plugin: a pushed value of {} was lost: {}", name, e.what());
  }
}

Status LoadedDevice::Impl::health() {
  hearth_status status{HEARTH_BUG, 0, mapper::borrow("the mapper left its health empty")};
  table().health(device_, &status);
  return clean(mapper::from_abi(status));
}

LoadedDevice::LoadedDevice(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
LoadedDevice::~LoadedDevice() = default;

std::vector<ReadResult> LoadedDevice::read(std::span<const std::string> properties, Deadline deadline) {
  return impl_->read(properties, deadline);
}

WriteOutcome LoadedDevice::write(const std::string& property, const Value& value, Deadline deadline) {
  return impl_->write(property, value, deadline);
}

bool LoadedDevice::can_subscribe() const {
  return impl_->can_subscribe();
}

Status LoadedDevice::subscribe(std::span<const std::string> properties, PushSink sink) {
  return impl_->subscribe(properties, std::move(sink));
}

Status LoadedDevice::health() {
  return impl_->health();
}

}  // namespace hearth::plugin
