// SPDX-License-Identifier: Apache-2.0
// The conditions that DeviceTwin itself knows of a device, beside those of the mapper side: StorageHealthy and
// DesiredExpired. Remembers since when each stands as it does.
// Thread: one owner.   Errors: none.
#pragma once

#include <map>
#include <vector>

#include "host/twin/core.hpp"
#include "sdk/wire/condition.hpp"

namespace hearth::twin {

class OwnConditions {
 public:
  explicit OwnConditions(const Core& core) : core_(core), since_start_(core.clock()) {}

  std::vector<wire::Condition> of(const DeviceId& id, const TwinDevice& device);
  void forget(const DeviceId& id);

 private:
  wire::Condition storage() const;
  static wire::Condition expired(const TwinDevice& device);
  WallTime since(const DeviceId& id, const wire::Condition& condition);

  struct Standing {
    wire::ConditionStatus status;
    WallTime since;
  };

  const Core& core_;
  WallTime since_start_;
  std::map<std::pair<DeviceId, std::string>, Standing> standing_;  ///< those that were ever other than usual
};

}  // namespace hearth::twin
