// SPDX-License-Identifier: Apache-2.0
// Brings devices, models and members in and out: judged, adopted and told to the mapper side at once, then stored.
// Thread: the scheduler's.   Errors: a storage failure goes to `done`; what was adopted stays in force.
#pragma once

#include <vector>

#include "host/twin/cloud_reports.hpp"
#include "host/twin/core.hpp"
#include "host/twin/expiries.hpp"

namespace hearth::twin {

class DeviceChanges {
 public:
  /// Success: what was asked for is on disk, or was no news. Then the sender may be told so.
  using Done = WriteBehind::Done;

  DeviceChanges(Core& core, CloudReports& reports, Expiries& expiries)
      : core_(core), reports_(reports), expiries_(expiries) {}

  void put_device(device::Device device, const nlohmann::json& object, Done done);
  void put_model(device::DeviceModel model, const nlohmann::json& object, Done done);
  /// `uid` empty: whichever object has the name.
  void remove_device(const DeviceId& id, const std::string& uid, Done done);
  void remove_model(const DeviceId& id, const std::string& uid, Done done);

  void add_member(const wire::Member& member);
  /// The cloud's whole list: adds what is missing, removes what is not in it and not from a folder.
  void reconcile(const std::vector<wire::Member>& members);

 private:
  void adopt_device(device::Device device, std::string description, std::string text);
  void adopt_model(device::DeviceModel model, std::string text);
  void describe(const DeviceId& id, std::string description, bool added);
  void tell_desired(const DeviceId& id, const TwinChange& change);
  void forget_device(const DeviceId& id);

  Core& core_;
  CloudReports& reports_;
  Expiries& expiries_;
};

}  // namespace hearth::twin
