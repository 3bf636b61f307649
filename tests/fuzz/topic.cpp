// SPDX-License-Identifier: Apache-2.0
// MQTT topics, resources of hub messages, device ids.
#include "sdk/wire/topic.hpp"

#include "sdk/wire/resource.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace {

using namespace hearth;

void fuzz_topic(std::string_view text) {
  const auto topic = wire::parse_topic(text);
  if (topic.kind == wire::TopicKind::other) return;
  const auto printed = topic.node.empty() ? wire::device_topic(topic.kind, topic.device, topic.form)
                                          : wire::node_topic(topic.kind, topic.node);
  fuzz::require(printed == text, "a known topic prints as it was");
}

void fuzz_resource(std::string_view text) {
  const auto resource = wire::parse_resource(text);
  const auto same = [&](const std::string& printed) {
    const auto again = wire::parse_resource(printed);
    fuzz::require(again.kind == resource.kind && again.id == resource.id, "a resource survives printing");
  };
  if (resource.kind == wire::ResourceKind::device) same(wire::device_resource(resource.id));
  if (resource.kind == wire::ResourceKind::device_model) same(wire::device_model_resource(resource.id));
  if (resource.kind == wire::ResourceKind::twin_edge_updated)
    same(wire::twin_edge_updated_resource(resource.id));
  if (resource.kind == wire::ResourceKind::state_update) same(wire::state_update_resource(resource.id));
}

void fuzz_device_id(std::string_view text) {
  const auto id = parse_device_id(text);
  if (!id) return;
  const auto again = parse_device_id(id->str());
  fuzz::require(again && *again == *id, "a device id survives printing");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = fuzz::as_text(data, size);
  fuzz_topic(text);
  fuzz_resource(text);
  fuzz_device_id(text);
  return 0;
}
