// SPDX-License-Identifier: Apache-2.0
// The inside of LoadedDevice: property names to the mapper's handles, and a check of everything it returns.
// Thread: one at a time.   Errors: statuses.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "host/plugin/abi_config.hpp"
#include "host/plugin/loaded_mapper.hpp"
#include "host/plugin/mapper_library.hpp"

namespace hearth::plugin {

class LoadedDevice::Impl {
 public:
  Impl(std::shared_ptr<MapperLibrary> library, hearth_device* device);
  ~Impl();
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  void prepare(const device::ResolvedDevice& device, const AbiConfig& config);

  std::vector<ReadResult> read(std::span<const std::string> properties, Deadline deadline);
  WriteOutcome write(const std::string& property, const device::Value& value, Deadline deadline);
  bool can_subscribe() const { return table().subscribe != nullptr; }
  Status subscribe(std::span<const std::string> properties, PushSink sink);
  Status health();

 private:
  struct Property {
    std::uint64_t handle = 0;
    device::PropertyType type = device::PropertyType::string;
    Status status;  ///< of prepare
  };
  /// What a push is told apart by; does not move while subscribed.
  struct Subscription {
    PushSink sink;
    std::map<std::uint64_t, std::pair<std::string, device::PropertyType>> properties;
  };

  const hearth_mapper_table& table() const { return library_->table(); }
  /// The property, or the status of asking for it.
  Expected<Property> find(const std::string& name) const;
  static void push(void* context, std::uint64_t handle, const hearth_read_result* result);

  std::shared_ptr<MapperLibrary> library_;
  hearth_device* device_;
  std::map<std::string, Property> properties_;
  std::vector<std::unique_ptr<Subscription>> subscriptions_;
};

}  // namespace hearth::plugin
