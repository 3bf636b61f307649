// SPDX-License-Identifier: Apache-2.0
// What the parts of DeviceTwin share: its state, where messages go, and how something is stored.
// Thread: the scheduler's.   Errors: none of its own.
#pragma once

#include <set>

#include "host/twin/desired.hpp"
#include "host/twin/device_twin.hpp"
#include "host/twin/forward_time.hpp"
#include "host/twin/inventory.hpp"
#include "host/twin/twin_table.hpp"
#include "host/twin/write_behind.hpp"
#include "sdk/wire/topic.hpp"

namespace hearth::twin {

class Core {
 public:
  Core(Scheduler& scheduler, store::Writer& writer, DeviceTwinOptions options, Outputs outputs,
       DeviceListener listener, Metrics& metrics, Trace& trace, Clock clock);

  std::int64_t now_ms() const { return to_unix_ms(clock()); }
  TwinTimes times() { return {now_ms(), time.now_ms()}; }
  /// Takes the change over in memory and marks what is to be stored of it.
  void adopt(const DeviceId& id, const TwinChange& change);

  void publish(std::string topic, const nlohmann::json& document) const;
  /// On the topic of the device, and on the short one if somebody of old listens there.
  void publish_of(const DeviceId& id, wire::TopicKind kind, const std::string& payload) const;
  /// P5, if actual and expected differ.
  void publish_delta(const DeviceId& id);
  /// P11.
  void publish_added(const DeviceId& id, const std::string& description) const;
  void publish_removed(const DeviceId& id, const std::string& description) const;

  /// The model of a device, if both are known.
  const device::DeviceModel* model_of(const DeviceId& id) const;
  void tell_changed(const device::Device& device) const;

  /// Counts a message that cannot be used, and logs the first one of its kind.
  void malformed(const std::string& kind, std::string_view text);
  /// Counts a message of something that is no longer.
  void dropped(const std::string& reason, const DeviceId& id);
  /// True the first time: what is worth a line in the log is worth one only.
  bool first_of(const std::string& kind) { return logged_.insert(kind).second; }

  Scheduler& scheduler;
  const DeviceTwinOptions options;
  const Outputs outputs;
  const DeviceListener listener;
  Metrics& metrics;
  Trace& trace;
  const Clock clock;

  TwinTable table;
  Inventory inventory;
  ForwardTime time;
  WriteBehind store;

 private:
  std::set<std::string> logged_;
};

std::string print_text(const nlohmann::json& document);

}  // namespace hearth::twin
