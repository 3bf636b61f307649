// SPDX-License-Identifier: Apache-2.0
// Payloads of MQTT and contents of hub messages: twin, state and membership documents.
#include "sdk/wire/twin_document.hpp"

#include "sdk/base/bounded_json.hpp"
#include "sdk/wire/answer.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace {

using namespace hearth;

void fuzz_twin(std::string_view payload) {
  const auto update = wire::parse_twin_update(payload);
  if (!update) return;
  const auto again = wire::parse_twin_update(wire::print_twin_update(*update).dump());
  fuzz::require(again.has_value(), "what print_twin_update() writes is a twin update");
  fuzz::require(again->twin == update->twin, "twin survives");
  fuzz::require(again->event_id == update->event_id, "event_id survives");
  fuzz::require(again->device_uid == update->device_uid, "device_uid survives");
  fuzz::require(again->timestamp == update->timestamp, "timestamp survives");
  const auto text = wire::parse_twin_update(wire::twin_update_text(*update));
  fuzz::require(text && text->twin == update->twin, "the text says what the document says");
  const auto delta = wire::parse_twin_delta(wire::twin_delta(1, update->twin).dump());
  fuzz::require(delta.has_value(), "what twin_delta() writes is a delta");
  for (const auto& [key, value] : *delta) {
    fuzz::require(update->twin.at(key).expected->value == value, "a delta says expected values");
  }
}

void fuzz_membership(const nlohmann::json& document) {
  const auto change = wire::parse_membership_change(document);
  if (change) {
    const auto again = wire::parse_membership_change(wire::membership_change(1, *change));
    fuzz::require(again && again->added.size() == change->added.size(), "members added survive");
    fuzz::require(again->removed.size() == change->removed.size(), "members removed survive");
  }
  const auto list = wire::parse_membership_list(document);
  if (!list) return;
  const auto again = wire::parse_membership_list(wire::membership_list("", 1, *list));
  fuzz::require(again && again->size() == list->size(), "a membership list survives");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto payload = fuzz::as_text(data, size);
  fuzz_twin(payload);
  (void)wire::parse_twin_delta(payload);
  (void)wire::parse_request(payload);
  (void)wire::parse_state_update(payload);
  const auto document = parse_json(payload, wire::kMaxPayloadSize);
  if (!document) return 0;
  fuzz_membership(*document);
  (void)wire::parse_state_report(*document);
  const auto answer = wire::parse_answer(*document);
  fuzz::require(wire::parse_answer(wire::print_answer(answer)).code == answer.code, "an answer survives");
  return 0;
}
