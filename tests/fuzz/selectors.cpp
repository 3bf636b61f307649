// SPDX-License-Identifier: Apache-2.0
// Label and field selectors. Input: one a line.
#include "cloud/api/selectors.hpp"

#include "tests/fuzz/fuzz.hpp"

using namespace hearth;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const nlohmann::json kObject = {
      {"metadata",
       {{"name", "lamp"}, {"namespace", "default"}, {"labels", {{"room", "hall"}, {"floor", "2"}}}}},
      {"spec", {{"nodeName", "edge-1"}}}};
  auto rest = fuzz::as_text(data, size);
  const auto labels = fuzz::take_line(rest);
  const auto selector =
      api::parse_selector(labels, rest, {"metadata.name", "metadata.namespace", "spec.nodeName"});
  if (!selector) return 0;
  const bool matches = selector->matches(kObject);
  if (selector->empty()) fuzz::require(matches, "an empty selector matches everything");
  return 0;
}
