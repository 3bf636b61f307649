// SPDX-License-Identifier: Apache-2.0
// Strategic merge patches of built-in kinds. Input: the patch, a line end, the object.
#include "cloud/api/patch.hpp"
#include "sdk/schema/json_text.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace hearth;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto rest = fuzz::as_text(data, size);
  const auto patch = schema::parse_json(fuzz::take_line(rest));
  auto object = schema::parse_json(rest);
  if (!patch || !object || !object->value.is_object()) return 0;
  const auto before = object->value;
  const auto done = api::strategic_merge(patch->value, object->value);
  fuzz::require(object->value.is_object(), "a patched object is an object");
  if (!done) fuzz::require(object->value == before, "a patch that fails leaves the object alone");
  if (patch->value.empty()) fuzz::require(object->value == before, "an empty patch changes nothing");
  return 0;
}
