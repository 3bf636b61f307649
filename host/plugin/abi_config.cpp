// SPDX-License-Identifier: Apache-2.0
#include "host/plugin/abi_config.hpp"

#include "sdk/mapper/convert.hpp"

namespace hearth::plugin {
namespace {

using mapper::borrow;

std::string dump(const nlohmann::json& config) {
  if (!config.is_object()) return "{}";
  return config.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace

AbiConfig::AbiConfig(const device::ResolvedDevice& device) {
  for (const auto& property : device.properties) {
    texts_.push_back(dump(property.config));
    const auto access =
        property.model.access == device::AccessMode::read_only ? HEARTH_READ_ONLY : HEARTH_READ_WRITE;
    properties_.push_back({.struct_size = sizeof(hearth_property_config),
                           .type = mapper::to_abi(property.model.type),
                           .access = static_cast<std::uint32_t>(access),
                           .reserved = 0,
                           .name = borrow(property.model.name),
                           .unit = borrow(property.model.unit),
                           .config = borrow(texts_.back())});
    pointers_.push_back(&properties_.back());
  }
  texts_.push_back(dump(device.config));
  config_ = {.struct_size = sizeof(hearth_device_config),
             .property_count = static_cast<std::uint32_t>(pointers_.size()),
             .ns = borrow(device.meta.id.ns),
             .name = borrow(device.meta.id.name),
             .model = borrow(device.model_name),
             .protocol = borrow(device.protocol_name),
             .config = borrow(texts_.back()),
             .properties = pointers_.data()};
}

}  // namespace hearth::plugin
