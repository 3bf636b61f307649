// SPDX-License-Identifier: Apache-2.0
// Answers twin/update, twin/get, state/update and membership/get, on the result topics of KubeEdge.
// Thread: the scheduler's.   Errors: answered with code 400, 404 or 500 and a reason.
#pragma once

#include <string>

#include "host/twin/cloud_reports.hpp"
#include "host/twin/core.hpp"
#include "sdk/wire/topic.hpp"

namespace hearth::twin {

class MqttRequests {
 public:
  MqttRequests(Core& core, CloudReports& reports) : core_(core), reports_(reports) {}

  /// Results, deltas and documents coming back from the broker are passed over.
  void handle(const std::string& topic, const std::string& payload, std::string_view arrival);

 private:
  void twin_update(const DeviceId& id, const std::string& payload, std::string_view arrival);
  void twin_get(const DeviceId& id, const std::string& payload);
  void state_update(const DeviceId& id, const std::string& payload);
  void membership_get(const std::string& payload);

  void run_update(const DeviceId& id, const wire::TwinUpdate& update, const Lanes::Release& release);
  void store_update(const DeviceId& id, const wire::TwinUpdate& update, TwinChange change,
                    const Lanes::Release& release);
  void answer_update(const DeviceId& id, const wire::TwinUpdate& update, const TwinChange& change);
  void run_state(const DeviceId& id, const wire::StateUpdate& update, const Lanes::Release& release);
  void answer_state(const DeviceId& id, const wire::StateUpdate& update);

  /// `kind` is that of the result topic.
  void fail(wire::TopicKind kind, const DeviceId& id, const std::string& event_id, int code,
            std::string_view reason);
  void malformed(wire::TopicKind kind, const DeviceId& id, const std::string& payload, const Error& error);

  Core& core_;
  CloudReports& reports_;
};

}  // namespace hearth::twin
