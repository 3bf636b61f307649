// SPDX-License-Identifier: Apache-2.0
// A schema from a CustomResourceDefinition or a mapper's note, and an object. Input: one document a line.
#include "sdk/schema/structural.hpp"

#include "sdk/schema/json_text.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace hearth;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto rest = fuzz::as_text(data, size);
  const auto source = schema::Schema::parse_text(fuzz::take_line(rest));
  auto object = schema::parse_json(rest);
  if (!source || !object) return 0;
  fuzz::require(schema::validate(*source, object->value).size() <= schema::kMaxReported,
                "violations are bounded");
  const auto unknown = schema::unknown_fields(*source, object->value);
  fuzz::require(schema::prune(*source, object->value) == unknown, "unknown_fields() says what prune() takes");
  fuzz::require(schema::prune(*source, object->value).empty(), "pruned once is pruned");
  schema::normalize_integers(*source, object->value);
  schema::apply_defaults(*source, object->value);
  const auto once = object->value;
  schema::apply_defaults(*source, object->value);
  fuzz::require(once == object->value, "defaults are filled in once");
  return 0;
}
