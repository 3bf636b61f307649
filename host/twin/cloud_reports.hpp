// SPDX-License-Identifier: Apache-2.0
// Sends the cloud what the outbox owes it, with the values of the moment, and keeps the time of resends. Knows which
// values a Hearth cloud has confirmed, and owes it only the others after a cut.
// Thread: the scheduler's.   Errors: a message that the link refuses stays owed; one that the cloud refuses does not.
#pragma once

#include <map>
#include <set>
#include <vector>

#include "host/twin/core.hpp"
#include "host/twin/outbox.hpp"
#include "host/twin/own_conditions.hpp"
#include "sdk/wire/answer.hpp"

namespace hearth::twin {

class CloudReports {
 public:
  explicit CloudReports(Core& core);

  void link_up(bool hearth_peer);
  void link_down();
  void link_has_room();
  /// The cloud's answer to a message of ours.
  void answer(const std::string& msg_id, const wire::Answer& answer);

  /// How a stock peer names devices, as its membership messages show: by the name alone up to KubeEdge 1.16.1.
  void peer_names_devices(wire::TopicForm form) { peers_form_ = form; }

  /// `event_id` empty: no update asked for it.
  void owe_twin(const DeviceId& id, const std::set<std::string>& keys, const std::string& event_id);
  void owe_state(const DeviceId& id);
  void set_conditions(const DeviceId& id, std::vector<wire::Condition> conditions);
  /// The conditions of DeviceTwin's own have changed: of one device, of all.
  void owe_conditions(const DeviceId& id);
  void owe_all_conditions();
  void forget(const DeviceId& id);
  /// Everything held, for after a restart or a cut: the cloud takes repeated values for what they are.
  void owe_everything();
  /// The same of one device, for a cloud that has lost what it confirmed.
  void owe_device(const DeviceId& id);
  /// The cloud speaks of a device; if it had refused its reports, they are owed again.
  void device_known(const DeviceId& id);

 private:
  using Keys = std::set<std::string>;

  void owe_unconfirmed();
  void owe_unconfirmed(const DeviceId& id, const TwinDevice& device);
  void confirmed(const SentReport& report);
  void refused(const SentReport& report, const wire::Answer& answer);
  /// Until the link takes it: without the answer, what was deleted meanwhile would stay.
  void ask_for_members();
  void pump();
  void arm();
  bool send(Report report);
  std::optional<wire::HubMessage> build(const Report& report, SentReport& sent, wire::TwinMap& entries) const;
  /// The values of the report's keys, as many as one message takes.
  wire::TwinMap take_entries(const Report& report, SentReport& sent) const;
  wire::HubMessage twin_message(const Report& report, const wire::TwinMap& entries,
                                wire::TopicForm form) const;
  std::optional<wire::HubMessage> state_message(const DeviceId& id, wire::TopicForm form) const;
  /// Full to a Hearth peer; to a stock one that has shown no form yet, both by turns until one is confirmed.
  wire::TopicForm form_for(const Report& report);
  std::optional<wire::HubMessage> conditions_message(const DeviceId& id) const;
  /// Of the Device, for a Hearth peer; else empty.
  std::string uid_of(const DeviceId& id) const;
  void trace_handover(const DeviceId& id, const std::string& event_id, const wire::TwinMap& entries);

  Core& core_;
  Outbox outbox_;
  mutable OwnConditions own_;
  std::map<DeviceId, std::vector<wire::Condition>> conditions_;  ///< the mapper side's
  std::set<std::pair<DeviceId, ReportKind>> confirmed_;          ///< states and conditions
  std::set<DeviceId> refused_;                                   ///< whose reports the cloud did not want
  bool hearth_peer_ = false;
  std::optional<wire::TopicForm> peers_form_;             ///< of a stock peer; nothing: not known
  std::set<std::pair<DeviceId, ReportKind>> unanswered_;  ///< sent in full form to a peer of unknown form
  std::unique_ptr<Alarm> alarm_;
  std::unique_ptr<Alarm> ask_alarm_;
  std::optional<TimePoint> armed_;
  prometheus::Gauge& pending_;
};

}  // namespace hearth::twin
