// SPDX-License-Identifier: Apache-2.0
// What one device tells of itself: whether it is online, its condition MapperReady, and its values.
// Thread: the io_context's.   Errors: none; a condition is how a problem is told.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "host/mapper/surroundings.hpp"
#include "host/mapper/wiring.hpp"

namespace hearth::runtime {

class DeviceWord {
 public:
  DeviceWord(const Surroundings& around, const DeviceId& id) : around_(around), id_(id) {}

  /// "online" or "offline"; told when it changes.
  void state(const std::string& state);
  /// Told when it changes; one that hinders the device is logged as well.
  void condition(wire::ConditionStatus status, std::string reason, std::string message);
  /// The condition's reason; empty before the first.
  std::string_view reason() const { return condition_ ? std::string_view(condition_->reason) : ""; }
  /// The whole list, as DeviceTwin takes it; nothing before the first condition.
  void conditions() const;
  /// New values, as a mapper's twin update: step 1 of the report path.
  void values(const std::map<std::string, std::string>& values, const Wiring& wiring) const;

 private:
  const Surroundings& around_;
  const DeviceId& id_;
  std::string state_;
  std::optional<wire::Condition> condition_;
};

}  // namespace hearth::runtime
