// SPDX-License-Identifier: Apache-2.0
// Device and DeviceModel objects, and what the two say together. Input: one document a line.
#include "sdk/device/device.hpp"

#include "sdk/base/bounded_json.hpp"
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
  const auto resolved = device::resolve(*device, *model);
  fuzz::require(resolved.properties.size() <= device->properties.size(), "no property comes from nowhere");
  for (const auto& issue : device::check_device(*device, *model)) {
    fuzz::require(!issue.path.empty() && !issue.reason.empty(), "an issue has a place and a reason");
  }
  return 0;
}
