// SPDX-License-Identifier: Apache-2.0
// DeviceTwin: holds every device's desired and reported state, answers MQTT requests, computes deltas, and owes the cloud
// the newest reported value of each property until the cloud has confirmed it. A change is in force at once and stored
// behind that; what is answered, acked or confirmed is on disk.
// Thread: all members on the scheduler's thread (the host's io_context, or a simulator's); what is stored goes
// through the Writer, and nothing here has a thread, a timer or a clock of its own.
// Errors: bad messages are answered on their result topic (400, 404, 500), counted, and nothing else stops.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sdk/base/metrics.hpp"
#include "sdk/base/time.hpp"
#include "sdk/base/trace.hpp"
#include "sdk/device/device.hpp"
#include "sdk/loop/scheduler.hpp"
#include "sdk/store/writer.hpp"
#include "sdk/wire/condition.hpp"
#include "sdk/wire/hub_message.hpp"

namespace hearth::twin {

/// Where DeviceTwin's messages go; set by the composition root.
struct Outputs {
  std::function<void(std::string topic, std::string payload)> publish;
  /// False: no link; DeviceTwin keeps what matters and sends again on link_up().
  std::function<bool(wire::HubMessage)> send;
};

/// What the node is to run; the mapper side listens. `model` is null while the model is not known.
struct DeviceListener {
  std::function<void(const device::Device&, const device::DeviceModel* model)> changed;
  std::function<void(const DeviceId&)> removed;
};

struct DeviceTwinOptions {
  std::string node_name;
  std::chrono::milliseconds resend{60'000};  ///< unconfirmed reports are sent again after this
  /// A reported value that is told again and again unchanged is passed on to the cloud so often.
  std::chrono::milliseconds refresh{600'000};
  /// What a user must know of the database as it was found at the start; empty: nothing.
  std::string storage_note;
};

class DeviceTwin {
 public:
  /// The schema DeviceTwin needs of its database.
  static std::string schema();

  /// Scheduler and Writer outlive it. Outputs and listener are called within the calls below, within the turns
  /// of the scheduler and within the Writer's completions.
  DeviceTwin(Scheduler& scheduler, store::Writer& writer, DeviceTwinOptions options, Outputs outputs,
             DeviceListener listener, Metrics& metrics, Trace& trace, Clock clock = system_clock());
  ~DeviceTwin();

  /// Reads SQLite (blocking, at start-up) and tells the listener of every device held.
  Result<void> load();
  /// A message of the host's subscriptions. Deltas and results of our own are passed over.
  /// `arrival`: how it came, for the trace; empty: not traced.
  void handle_mqtt(const std::string& topic, const std::string& payload, std::string_view arrival = {});
  /// A message of CloudHub: membership, models, devices, answers. Acks after the commit.
  void handle_hub(const wire::HubMessage& message);
  void link_up(bool hearth_peer);
  void link_down();
  /// After Outputs::send has refused a message on a link that is up: it takes more again.
  void link_has_room();

  /// `--manifests DIR` and tests: the same as an insert/update/delete from the cloud.
  void apply(const device::Device& device, const nlohmann::json& object);
  void apply(const device::DeviceModel& model, const nlohmann::json& object);
  void remove_device(const DeviceId& id);
  void remove_model(const DeviceId& id);

  /// From the mapper side: conditions of a device, kept and sent to a Hearth cloud.
  void report_conditions(const DeviceId& id, std::vector<wire::Condition> conditions);
  /// Publishes the delta of a device again, if there is one: for a mapper that has just come online. No value that has
  /// expired is in it.
  void publish_delta(const DeviceId& id);
  /// Whether the property is to have this value now: it is the newest desired one, by the property's type, and has not
  /// expired.
  bool wants(const DeviceId& id, const std::string& property, const std::string& value) const;
  /// Those of all devices: for mappers behind a broker that was away.
  void publish_deltas();

  /// `done` comes once all changes until now are on disk, or with the reason why they are not; perhaps at once.
  void when_stored(std::function<void(const Result<void>&)> done);

  std::size_t device_count() const;
  /// Devices that came from a folder, those stored before a restart too: what the folder no longer holds is
  /// to be removed by whoever watches it.
  std::vector<DeviceId> local_devices() const;

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace hearth::twin
