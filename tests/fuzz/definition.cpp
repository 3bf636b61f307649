// SPDX-License-Identifier: Apache-2.0
// A CustomResourceDefinition from a client. Input: the document as JSON. One that is accepted can be served.
#include "cloud/api/kinds/definition.hpp"

#include "cloud/api/kinds/definition_status.hpp"
#include "sdk/schema/json_text.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace hearth;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto type = api::definition_type();
  auto document = schema::parse_json(fuzz::as_text(data, size));
  if (!document || !document->value.is_object()) return 0;
  auto& definition = document->value;
  const auto& shape = *type.versions.front().schema;
  schema::prune(shape, definition);
  if (!schema::validate(shape, definition).empty()) return 0;
  api::complete_definition(definition);
  if (!api::check_definition(definition, nullptr).empty()) return 0;
  api::settle_status(definition, {}, WallTime{});
  fuzz::require(api::is_established(definition), "a sound definition without rivals is served");
  fuzz::require(api::custom_type(definition).has_value(), "what is served is a kind");
  fuzz::require(api::check_definition(definition, &definition).empty(), "it may be stored again");
  return 0;
}
