// SPDX-License-Identifier: Apache-2.0
// Device and DeviceModel objects, and what the two say together. Input: one document a line.
#include "sdk/device/device.hpp"

#include "sdk/base/bounded_json.hpp"
#include "sdk/device/desired_life.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace hearth;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto rest = fuzz::as_text(data, size);
  const auto device_document = parse_json(fuzz::take_line(rest), 1024 * 1024);
  const auto model_document = parse_json(rest, 1024 * 1024);
  if (!device_document || !model_document) return 0;
  const auto device = device::parse_device(*device_document);
  const auto model = device::parse_device_model(*model_document);
  if (!device || !model) return 0;
  for (const auto& property : device->properties) {
    const auto life = device::parse_desired_life(property.desired_metadata);
    if (life && life->ttl) fuzz::require(life->ttl->count() > 0, "a ttl is more than nothing");
  }
  const auto resolved = device::resolve(*device, *model);
  fuzz::require(resolved.properties.size() <= device->properties.size(), "no property comes from nowhere");
  for (const auto& issue : device::check_device(*device, *model)) {
    fuzz::require(!issue.path.empty() && !issue.reason.empty(), "an issue has a place and a reason");
  }
  return 0;
}
