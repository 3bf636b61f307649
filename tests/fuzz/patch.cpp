// SPDX-License-Identifier: Apache-2.0
// PATCH of the API server. Input: merge, json or strategic; the patch; the object; one a line.
#include "cloud/api/patch.hpp"

#include "sdk/schema/json_text.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace {

using namespace hearth;

api::PatchType type_of(std::string_view name) {
  if (name == "json") return api::PatchType::json;
  return name == "strategic" ? api::PatchType::strategic : api::PatchType::merge;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto rest = fuzz::as_text(data, size);
  const auto type = type_of(fuzz::take_line(rest));
  const auto patch = schema::parse_json(fuzz::take_line(rest));
  auto object = schema::parse_json(rest);
  if (!patch || !object || !object->value.is_object()) return 0;
  const auto before = object->value;
  const auto done = api::apply_patch(type, patch->value, object->value);
  if (!done) fuzz::require(object->value == before, "a patch that fails leaves the object alone");
  fuzz::require(object->value.is_object(), "a patched object is an object");
  (void)object->value.dump();
  return 0;
}
