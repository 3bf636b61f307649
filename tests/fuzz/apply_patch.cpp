// SPDX-License-Identifier: Apache-2.0
// Server-side apply and managedFields. Input: flags (`force`, or anything), the live object or null, the applied one; one
// a line. The applied one may bring managedFields too: they are read as FieldsV1.
#include "cloud/apply/apply.hpp"
#include "sdk/schema/json_text.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace {

using namespace hearth;
using nlohmann::json;

const json& schema_of_lamp() {
  static const json kSchema = json::parse(R"({"type": "object", "properties": {
    "spec": {"type": "object", "properties": {
      "labels": {"type": "object", "additionalProperties": {"type": "string"}},
      "place": {"type": "object", "x-kubernetes-map-type": "atomic"},
      "groups": {"type": "array", "x-kubernetes-list-type": "set", "items": {"type": "string"}},
      "ports": {"type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"],
        "items": {"type": "object", "properties": {"name": {"type": "string"}}}}}}}})");
  return kSchema;
}

void fuzz_fields(const json& fields) {
  const auto parsed = apply::FieldSet::parse(fields);
  if (!parsed) return;
  (void)parsed->paths();
  const auto again = apply::FieldSet::parse(parsed->to_json());
  fuzz::require(again && *again == *parsed, "fields parse back as they were printed");
}

void fuzz_update(const json& live, json written, const apply::MergeTypePtr& type, const apply::Door& door) {
  apply::note_update(live, written, type, door);
  fuzz::require(apply::read_owners(written).has_value(), "an update leaves managedFields that can be read");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto type = apply::merge_type_of(schema_of_lamp());
  auto rest = fuzz::as_text(data, size);
  const bool force = fuzz::take_line(rest) == "force";
  const auto live = schema::parse_json(fuzz::take_line(rest));
  const auto applied = schema::parse_json(rest);
  if (!live || !applied) return 0;
  fuzz_fields(applied->value);
  if (!applied->value.is_object() || !(live->value.is_object() || live->value.is_null())) return 0;
  const apply::Door door{{"fuzzer", apply::Operation::apply, "d/v1", ""}, {"status"}, "2026-01-01T00:00:00Z"};
  fuzz_update(live->value, applied->value, type, door);
  const auto done = apply::apply(live->value, applied->value, type, door, force);
  if (const auto* conflicts = std::get_if<apply::Conflicts>(&done))
    fuzz::require(!force && !conflicts->empty(), "conflicts are named, and none stands against force");
  const auto* object = std::get_if<json>(&done);
  if (object == nullptr) return 0;
  fuzz::require(apply::read_owners(*object).has_value(), "an apply leaves managedFields that can be read");
  const auto again = apply::apply(*object, applied->value, type, door, force);
  fuzz::require(std::holds_alternative<json>(again) && std::get<json>(again) == *object,
                "the same apply once more changes nothing");
  return 0;
}
