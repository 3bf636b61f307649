// SPDX-License-Identifier: Apache-2.0
// The mapper side of a simulated host: for each device the turns of host/mapper's ManagedDevice, with the real ReadPlan
// and WritePlan, on a simulated appliance.
// Thread: the process's.   Errors: those of an appliance make the device offline for a while.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "host/mapper/read_plan.hpp"
#include "host/mapper/write_plan.hpp"
#include "sdk/base/backoff.hpp"
#include "sdk/device/device.hpp"
#include "sdk/wire/condition.hpp"
#include "tests/sim/appliance.hpp"
#include "tests/sim/journal.hpp"

namespace hearth::sim {

struct MapperOutputs {
  std::function<void(std::string topic, std::string payload)> publish;
  std::function<void(const DeviceId&, std::vector<wire::Condition>)> conditions;
  std::function<void(const DeviceId&)> want_delta;
  std::function<bool(const DeviceId&, const std::string& property, const std::string& value)> still_wanted;
  /// A write begins.
  std::function<void(const device::Device&, const std::string& property, const std::string& value)> writing;
  /// A value read is published, under this event id.
  std::function<void(const device::Device&, const std::string& property, const std::string& value,
                     const std::string& event_id)>
      reporting;
};

class MappedDevice;

class SimMapper {
 public:
  SimMapper(ProcessScheduler& process, Appliances& appliances, Journal& journal, std::string name,
            MapperOutputs outputs);
  ~SimMapper();

  void device_changed(const device::Device& device, const device::DeviceModel* model);
  void device_removed(const DeviceId& id);
  void handle_delta(const DeviceId& id, const std::string& payload);

 private:
  friend class MappedDevice;

  void closed(const DeviceId& id);

  ProcessScheduler& process_;
  Appliances& appliances_;
  Journal& journal_;
  const std::string name_;
  const MapperOutputs outputs_;
  std::map<DeviceId, std::shared_ptr<MappedDevice>> devices_;
  /// Being closed, with what takes its place then.
  std::map<DeviceId, std::optional<std::pair<device::Device, std::optional<device::DeviceModel>>>> closing_;
};

}  // namespace hearth::sim
