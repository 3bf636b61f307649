// SPDX-License-Identifier: Apache-2.0
#include "sdk/mapper/mapper.hpp"

#include <cstddef>

#include "sdk/mapper/convert.hpp"

namespace hearth::mapper {

void Host::log(std::uint32_t level, std::string_view text) const {
  constexpr auto kNeeded = offsetof(hearth_host, log) + sizeof(hearth_host::log);
  if (host_ && host_->struct_size >= kNeeded && host_->log) host_->log(host_->context, level, borrow(text));
}

std::vector<ReadResult> Device::read_batch(std::span<const Handle> properties, Deadline deadline) {
  std::vector<ReadResult> results;
  results.reserve(properties.size());
  for (const auto property : properties) {
    if (std::chrono::steady_clock::now() >= deadline) {
      results.push_back({busy_error("no time was left to read it")});
    } else {
      results.push_back(read(property, deadline));
    }
  }
  return results;
}

Status Device::subscribe(std::span<const Handle>, Push) {
  return bug_error("the mapper says it pushes values, but this device does not");
}

std::vector<Issue> Mapper::validate(const DeviceConfig&) const {
  return {};
}

Expected<std::vector<Discovered>> Mapper::discover(Deadline) {
  return std::vector<Discovered>();
}

}  // namespace hearth::mapper
