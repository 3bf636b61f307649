// SPDX-License-Identifier: Apache-2.0
#include "host/mapper/device_word.hpp"

#include <spdlog/spdlog.h>

#include "sdk/base/ids.hpp"
#include "sdk/wire/topic.hpp"
#include "sdk/wire/twin_document.hpp"

namespace hearth::runtime {

void DeviceWord::state(const std::string& state) {
  if (state == state_) return;
  state_ = state;
  const nlohmann::json payload{
      {"event_id", new_uuid()}, {"timestamp", to_unix_ms(around_.clock())}, {"state", state}};
  around_.outputs.publish(wire::device_topic(wire::TopicKind::state_update, id_), payload.dump());
}

void DeviceWord::condition(wire::ConditionStatus status, std::string reason, std::string message) {
  auto transition = around_.clock();
  if (condition_) {
    if (condition_->status == status && condition_->reason == reason && condition_->message == message)
      return;
    if (condition_->status == status) transition = condition_->last_transition;
  }
  if (status != wire::ConditionStatus::yes && reason != "Connecting") {
    spdlog::warn("device {}: {}: {}", id_.str(), reason, message);
  }
  condition_ = wire::Condition{"MapperReady", status, std::move(reason), std::move(message), transition};
  conditions();
}

void DeviceWord::conditions() const {
  if (!condition_) return;
  std::vector<wire::Condition> conditions{*condition_};
  if (around_.broker) conditions.push_back(*around_.broker);
  around_.outputs.conditions(id_, std::move(conditions));
}

void DeviceWord::values(const std::map<std::string, std::string>& values, const Wiring& wiring) const {
  const auto now_ms = to_unix_ms(around_.clock());
  wire::TwinUpdate update{new_uuid(), now_ms, {}};
  std::string text;
  for (const auto& [name, value] : values) {
    wire::TwinEntry entry;
    entry.actual = wire::TwinValue{value, now_ms};
    if (const auto* property = wiring.find(name)) entry.type = device::twin_type(property->model.type);
    update.twin.emplace(name, std::move(entry));
    text += (text.empty() ? "" : ", ") + name + "=" + value;
  }
  const auto topic = wire::device_topic(wire::TopicKind::twin_update, id_);
  around_.trace.add(1, id_, update.event_id, text + " published on " + topic);
  around_.outputs.publish(topic, wire::print_twin_update(update).dump());
}

}  // namespace hearth::runtime
