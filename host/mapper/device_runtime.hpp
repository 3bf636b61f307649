// SPDX-License-Identifier: Apache-2.0
// The mapper side of the host: gives each device its mapper, runs its life cycle, reads it in its cycles and
// writes what is desired.
// Thread: all members on the host's io_context thread; mapper calls run on the worker pool, one strand a bus
// key.
// Errors: everything that goes wrong with a device is a condition of that device; nothing else is touched.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "host/mapper/workers.hpp"
#include "host/plugin/catalogue.hpp"
#include "sdk/base/metrics.hpp"
#include "sdk/base/time.hpp"
#include "sdk/base/trace.hpp"
#include "sdk/device/device.hpp"
#include "sdk/wire/condition.hpp"

namespace hearth::runtime {

struct Outputs {
  /// To EventBus: twin/update with new actual values, state/update with online or offline.
  std::function<void(std::string topic, std::string payload)> publish;
  std::function<void(const DeviceId&, std::vector<wire::Condition>)> conditions;
  /// Asks DeviceTwin to publish the delta again (a device has just come online).
  std::function<void(const DeviceId&)> want_delta;
  /// Whether DeviceTwin wants this value still: asked before each write, as it may have waited for long. Empty: always.
  std::function<bool(const DeviceId&, const std::string& property, const std::string& value)> still_wanted;
};

struct RuntimeOptions {
  std::map<std::string, std::string> mapper_of_model;  ///< host config `mappers:`
  std::chrono::milliseconds call_deadline{5000};
  std::chrono::milliseconds min_backoff{1000};
  std::chrono::milliseconds max_backoff{60'000};
  std::chrono::milliseconds refresh{60'000};  ///< an unchanged value is reported again after this
};

class DeviceRuntime {
 public:
  DeviceRuntime(boost::asio::io_context& io, Workers& workers, plugin::Catalogue& catalogue,
                RuntimeOptions options, Outputs outputs, Metrics& metrics, Trace& trace,
                Clock clock = system_clock());
  ~DeviceRuntime();

  /// From DeviceTwin. `model` null: the model is not known yet.
  void device_changed(const device::Device& device, const device::DeviceModel* model);
  void device_removed(const DeviceId& id);
  /// From EventBus: payload of a device's twin/update/delta.
  void handle_delta(const DeviceId& id, const std::string& payload);
  /// From the folder watch: the catalogue has changed; devices without a mapper look again.
  void catalogue_changed();
  /// From EventBus: becomes the condition BrokerReachable of every device.
  void broker_changed(bool reachable, std::string reason, std::string message);
  /// Closes every device; waits for them as long as one call to a mapper may take.
  boost::asio::awaitable<void> stop();

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace hearth::runtime
