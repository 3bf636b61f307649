// SPDX-License-Identifier: Apache-2.0
// The conditions a Hearth host reports to its cloud.
#include "sdk/base/bounded_json.hpp"
#include "sdk/wire/condition.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace hearth;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto document = parse_json(fuzz::as_text(data, size), 1024 * 1024);
  if (!document) return 0;
  const auto report = wire::parse_conditions_report(*document);
  if (!report) return 0;
  const auto again =
      wire::parse_conditions_report(wire::conditions_report(1, report->device_uid, report->conditions));
  fuzz::require(again.has_value(), "what conditions_report() writes is a report");
  fuzz::require(again->device_uid == report->device_uid, "the uid survives");
  fuzz::require(again->conditions.size() == report->conditions.size(), "every condition survives");
  for (std::size_t i = 0; i < report->conditions.size(); ++i) {
    fuzz::require(wire::to_json(again->conditions[i]) == wire::to_json(report->conditions[i]),
                  "a condition survives");
  }
  return 0;
}
