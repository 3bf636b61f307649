// SPDX-License-Identifier: Apache-2.0
// What the parts of DeviceTwin share: its state, where messages go, and how something is committed.
// Thread: the scheduler's.   Errors: none of its own.
#pragma once

#include <set>

#include "host/twin/device_twin.hpp"
#include "host/twin/inventory.hpp"
#include "host/twin/lanes.hpp"
#include "host/twin/twin_table.hpp"

namespace hearth::twin {

class Core {
 public:
  Core(Scheduler& scheduler, store::Writer& writer, DeviceTwinOptions options, Outputs outputs,
       DeviceListener listener, Metrics& metrics, Trace& trace, Clock clock);

  /// `done` runs in a later turn, after the commit; not at all once this object is gone.
  void commit(store::Storage::Job job, store::Storage::Done done);
  std::int64_t now_ms() const { return to_unix_ms(clock()); }
  void publish(std::string topic, const nlohmann::json& document) const;
  /// P5, if actual and expected differ.
  void publish_delta(const DeviceId& id) const;
  /// P11.
  void publish_added(const DeviceId& id, const std::string& description) const;
  void publish_removed(const DeviceId& id) const;

  /// The model of a device, if both are known.
  const device::DeviceModel* model_of(const DeviceId& id) const;
  void tell_changed(const device::Device& device) const;

  /// Counts a message that cannot be used, and logs the first one of its kind.
  void malformed(const std::string& kind, std::string_view text);
  /// Counts a message of something that is no longer.
  void dropped(const std::string& reason, const DeviceId& id);
  void count_update(const char* result);

  Scheduler& scheduler;
  const DeviceTwinOptions options;
  const Outputs outputs;
  const DeviceListener listener;
  Metrics& metrics;
  Trace& trace;
  const Clock clock;

  TwinTable table;
  Inventory inventory;
  Lanes lanes;

 private:
  store::Writer& writer_;
  std::set<std::string> logged_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace hearth::twin
