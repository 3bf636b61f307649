// SPDX-License-Identifier: Apache-2.0
// Ends desired values whose time is over: they leave the deltas and the answers, the cloud hears of it, and the device
// gets the condition DesiredExpired if they were never carried out.
// Thread: the scheduler's.   Errors: none of its own.
#pragma once

#include <map>

#include "host/twin/cloud_reports.hpp"
#include "host/twin/core.hpp"

namespace hearth::twin {

class Expiries {
 public:
  Expiries(Core& core, CloudReports& reports)
      : core_(core), reports_(reports), alarm_(core.scheduler.make_alarm()) {}

  /// The device's desired values have changed, or it is gone.
  void watch(const DeviceId& id);
  /// Ends what is over by now; before anything of the device is told to anybody.
  void check(const DeviceId& id);

 private:
  void check_all();
  void expire(const DeviceId& id, const TwinDevice& device);
  void arm();

  Core& core_;
  CloudReports& reports_;
  std::map<DeviceId, std::int64_t> next_;  ///< of each device that has a value with an end, Unix ms
  std::unique_ptr<Alarm> alarm_;
};

}  // namespace hearth::twin
