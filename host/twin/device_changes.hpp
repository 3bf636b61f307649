// SPDX-License-Identifier: Apache-2.0
// Brings devices, models and members in and out: judged, stored, then adopted and told to the mapper side.
// Thread: the scheduler's.   Errors: a storage failure changes nothing and goes to `done`.
#pragma once

#include <vector>

#include "host/twin/cloud_reports.hpp"
#include "host/twin/core.hpp"

namespace hearth::twin {

class DeviceChanges {
 public:
  /// Success: what was asked for is on disk, or was no news. Then the sender may be told so.
  using Done = std::function<void(Result<void>)>;

  DeviceChanges(Core& core, CloudReports& reports) : core_(core), reports_(reports) {}

  void put_device(device::Device device, nlohmann::json object, Done done);
  void put_model(device::DeviceModel model, nlohmann::json object, Done done);
  /// `uid` empty: whichever object has the name.
  void remove_device(const DeviceId& id, const std::string& uid, Done done);
  void remove_model(const DeviceId& id, const std::string& uid, Done done);

  void add_member(const wire::Member& member);
  /// The cloud's whole list: adds what is missing, removes what is not in it and not from a folder.
  void reconcile(const std::vector<wire::Member>& members);

 private:
  struct Arrival;  ///< a device on its way in

  void enter(const std::string& lane, Done done, std::function<void(Done)> step);
  void store_device(device::Device device, nlohmann::json object, bool recreate, const Done& done);
  void adopt_device(const Arrival& arrival);
  void tell_desired(const DeviceId& id, const TwinChange& change);
  void store_model(device::DeviceModel model, nlohmann::json object, const Done& done);
  void forget_device(const DeviceId& id);

  Core& core_;
  CloudReports& reports_;
};

/// A name for the lane of a device; a model's is its own.
std::string lane_of(const DeviceId& device);

}  // namespace hearth::twin
