// SPDX-License-Identifier: Apache-2.0
// A frame from CloudHub's or EdgeHub's peer.
#include "sdk/wire/hub_message.hpp"

#include "tests/fuzz/fuzz.hpp"

namespace {

using namespace hearth;

void check_round_trip(const wire::HubMessage& message) {
  const auto again = wire::parse_hub_message(wire::print(message));
  fuzz::require(again.has_value(), "what print() writes is a hub message");
  fuzz::require(again->header.msg_id == message.header.msg_id, "msg_id survives");
  fuzz::require(again->header.parent_msg_id == message.header.parent_msg_id, "parent_msg_id survives");
  fuzz::require(again->header.timestamp == message.header.timestamp, "timestamp survives");
  fuzz::require(again->header.sync == message.header.sync, "sync survives");
  fuzz::require(again->header.resource_version == message.header.resource_version,
                "resourceversion survives");
  fuzz::require(again->route.resource == message.route.resource, "resource survives");
  fuzz::require(again->route.operation == message.route.operation, "operation survives");
  fuzz::require(again->content == message.content, "content survives");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto frame = wire::parse_hub_frame(fuzz::as_text(data, size));
  const auto message = wire::parse_hub_message(fuzz::as_text(data, size));
  if (frame) {
    for (const auto& one : *frame)
      check_round_trip(one);
  }
  if (!message) return 0;
  fuzz::require(frame.has_value(), "a message is a frame");
  check_round_trip(*message);
  (void)message->document();
  (void)wire::make_response(*message, "OK", 1);
  return 0;
}
