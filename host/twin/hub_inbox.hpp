// SPDX-License-Identifier: Apache-2.0
// Takes CloudHub's messages apart: membership, models, devices and confirmations; acks objects once stored.
// Thread: the scheduler's.
// Errors: what cannot be used is counted and still acked, since an edge that never acks stalls its cloud;
// only a storage failure leaves the ack out, and the cloud sends again.
#pragma once

#include "host/twin/cloud_reports.hpp"
#include "host/twin/core.hpp"
#include "host/twin/device_changes.hpp"
#include "sdk/wire/hub_message.hpp"
#include "sdk/wire/resource.hpp"

namespace hearth::twin {

class HubInbox {
 public:
  HubInbox(Core& core, CloudReports& reports, DeviceChanges& changes)
      : core_(core), reports_(reports), changes_(changes) {}

  void handle(const wire::HubMessage& message);

 private:
  void membership(const wire::HubMessage& message);
  void membership_detail(const wire::HubMessage& message);
  void device(const wire::HubMessage& message, const DeviceId& id);
  void device_model(const wire::HubMessage& message, const DeviceId& id);
  void other_object(const wire::HubMessage& message);
  void unusable(const wire::HubMessage& message, const Error& error);
  void ack(const wire::HubMessage& message);
  DeviceChanges::Done ack_when_stored(const wire::HubMessage& message);

  Core& core_;
  CloudReports& reports_;
  DeviceChanges& changes_;
};

}  // namespace hearth::twin
