// SPDX-License-Identifier: Apache-2.0
// Answers twin/update, twin/get, state/update and membership/get, on the result topics of KubeEdge and in the form
// (with or without namespace) in which the request came. An update is in force at once; its result says that it is on
// disk.
// Thread: the scheduler's.   Errors: answered with code 400, 404 or 500 and a reason.
#pragma once

#include <string>

#include "host/twin/cloud_reports.hpp"
#include "host/twin/core.hpp"
#include "host/twin/expiries.hpp"
#include "sdk/wire/topic.hpp"

namespace hearth::twin {

class MqttRequests {
 public:
  MqttRequests(Core& core, CloudReports& reports, Expiries& expiries);

  /// Results, deltas and documents coming back from the broker are passed over.
  void handle(const std::string& topic, const std::string& payload, std::string_view arrival);
  /// Publishes the deltas that wait behind a result which does not come.
  void publish_due_deltas();

 private:
  struct Answer;  ///< of an update, while it is being stored

  void twin_update(const wire::Topic& topic, const std::string& payload, std::string_view arrival);
  void twin_get(const wire::Topic& topic, const std::string& payload);
  void state_update(const wire::Topic& topic, const std::string& payload);
  void membership_get(const std::string& payload);

  void run_update(const wire::Topic& topic, wire::TwinUpdate update);
  void take_over(const wire::Topic& topic, const wire::TwinUpdate& update, const TwinChange& change);
  void answer_update(const Answer& answer, const Result<void>& stored);
  void run_state(const wire::Topic& topic, const wire::StateUpdate& update);
  /// Nothing: it is not a device of this node.
  TwinDevice* device_of(const wire::Topic& topic);

  /// `kind` is that of the result topic.
  void fail(wire::TopicKind kind, const wire::Topic& topic, const std::string& event_id, int code,
            std::string_view reason);
  void malformed(wire::TopicKind kind, const wire::Topic& topic, const std::string& payload,
                 const Error& error);

  Core& core_;
  CloudReports& reports_;
  Expiries& expiries_;
  prometheus::Counter& accepted_;
  prometheus::Counter& unchanged_;
  prometheus::Counter& rejected_;
  prometheus::Counter& failed_;
};

}  // namespace hearth::twin
