// SPDX-License-Identifier: Apache-2.0
// A property's value as text. Input: the type's name, a line end, the text.
#include "sdk/device/value.hpp"

#include "sdk/base/base64.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace hearth;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto rest = fuzz::as_text(data, size);
  const auto type = device::parse_property_type(fuzz::take_line(rest));
  if (const auto bytes = decode_base64(rest)) {
    fuzz::require(decode_base64(encode_base64(*bytes)).value() == *bytes, "base64 survives");
  }
  if (!type) return 0;
  const auto value = device::parse_value(*type, rest);
  if (!value) return 0;
  fuzz::require(device::type_of(*value) == *type, "a value has the type asked for");
  const auto again = device::parse_value(*type, device::print_value(*value));
  fuzz::require(again && *again == *value, "a value survives printing");
  return 0;
}
