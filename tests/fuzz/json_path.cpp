// SPDX-License-Identifier: Apache-2.0
// JSONPath of a printer column. Input: the path, a line end, a document.
#include "cloud/api/kinds/json_path.hpp"

#include "sdk/schema/json_text.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace hearth;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto rest = fuzz::as_text(data, size);
  const auto path = api::JsonPath::parse(fuzz::take_line(rest));
  const auto document = schema::parse_json(rest);
  if (!path || !document) return 0;
  for (const auto* value : path->find(document->value)) {
    fuzz::require(value != nullptr, "what a path finds is there");
  }
  return 0;
}
