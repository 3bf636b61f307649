// SPDX-License-Identifier: Apache-2.0
// RFC 3339 times in documents of peers.
#include "sdk/base/time.hpp"

#include "tests/fuzz/fuzz.hpp"

using namespace hearth;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto time = parse_rfc3339(fuzz::as_text(data, size));
  if (!time) return 0;
  const auto again = parse_rfc3339(to_rfc3339_micro(*time));
  fuzz::require(again && *again == *time, "a time survives printing");
  fuzz::require(parse_rfc3339(to_rfc3339(*time)).has_value(), "whole seconds are a time too");
  return 0;
}
