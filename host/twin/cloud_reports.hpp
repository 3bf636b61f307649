// SPDX-License-Identifier: Apache-2.0
// Sends the cloud what the outbox owes it, with the values of the moment, and keeps the time of resends.
// Thread: the scheduler's.   Errors: a message that the link refuses stays owed.
#pragma once

#include <map>
#include <vector>

#include "host/twin/core.hpp"
#include "host/twin/outbox.hpp"

namespace hearth::twin {

class CloudReports {
 public:
  explicit CloudReports(Core& core);

  void link_up(bool hearth_peer);
  void link_down();
  void confirm(const std::string& msg_id);

  /// `event_id` empty: no update asked for it.
  void owe_twin(const DeviceId& id, const std::set<std::string>& keys, const std::string& event_id);
  void owe_state(const DeviceId& id);
  void set_conditions(const DeviceId& id, std::vector<wire::Condition> conditions);
  void forget(const DeviceId& id);
  /// Everything held, for after a restart or a cut: the cloud takes repeated values for what they are.
  void owe_everything();

 private:
  void pump();
  void arm();
  bool send(Report report);
  /// The values of the report's keys; keys beyond the size of one message are taken off the report.
  wire::TwinMap take_entries(Report& report) const;
  std::optional<wire::HubMessage> twin_message(const Report& report, const wire::TwinMap& entries) const;
  std::optional<wire::HubMessage> state_message(const DeviceId& id) const;
  std::optional<wire::HubMessage> conditions_message(const DeviceId& id) const;
  void trace_handover(const DeviceId& id, const std::string& event_id, const wire::TwinMap& entries);

  Core& core_;
  Outbox outbox_;
  std::map<DeviceId, std::vector<wire::Condition>> conditions_;
  std::unique_ptr<Alarm> alarm_;
  prometheus::Gauge& pending_;
};

/// "power=ON, level=7": what a trace event says of actual values.
std::string actual_text(const wire::TwinMap& entries);

}  // namespace hearth::twin
