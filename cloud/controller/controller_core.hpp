// SPDX-License-Identifier: Apache-2.0
// DeviceController without I/O: what the API and the nodes tell it goes in, what is to be sent to nodes and
// written to the API comes out. After any number of inputs, take() gives what to do now, and wake_after() says when
// tick() is due. The same inputs at the same times give the same outputs.
// Thread: plain value, one owner.   Errors: none; what is wrong becomes an answer to a node, a condition or an
// Event.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "cloud/controller/controller_options.hpp"
#include "cloud/controller/downlink.hpp"
#include "cloud/controller/event_recorder.hpp"
#include "cloud/controller/node_registry.hpp"
#include "cloud/controller/uplink.hpp"
#include "sdk/base/error.hpp"
#include "sdk/base/time.hpp"
#include "sdk/wire/hub_message.hpp"

namespace hearth::controller {

/// A merge patch of one device's status. Until status_written() or status_failed() tells how it went, no other of
/// this device comes out.
struct StatusWrite {
  DeviceId device;
  std::string uid;
  std::string resource_version;  ///< it was made for; the body has it as the precondition
  nlohmann::json body;           ///< {"metadata":{"resourceVersion":"…"},"status":{…changed fields…}}
};

/// A step of a report's way, for Trace.
struct TraceStep {
  int step = 0;
  DeviceId device;
  std::string event_id;
  std::string text;
};

struct ControllerOutput {
  std::vector<Send> sends;  ///< in this order; those with a token want acked()
  std::vector<StatusWrite> statuses;
  std::vector<EventRecorder::Write> events;  ///< each wants event_written()
  std::vector<NodeWrite> nodes;              ///< each wants node_written()
  std::vector<TraceStep> traces;
  std::array<std::uint32_t, kVerdictCount> reports{};  ///< judged since the last take(), by verdict

  bool empty() const {
    return sends.empty() && statuses.empty() && events.empty() && nodes.empty() && traces.empty();
  }
};

class ControllerCore {
 public:
  /// `clock` only for what is shown to users; deadlines go by options.steady.
  explicit ControllerCore(Clock clock, ControllerOptions options = {});
  ~ControllerCore();
  ControllerCore(const ControllerCore&) = delete;
  ControllerCore& operator=(const ControllerCore&) = delete;

  // What the API tells: objects as it sends them, each version once.
  void model_upsert(ObjectPtr object);
  void model_delete(ObjectPtr object);
  void device_upsert(ObjectPtr object);
  void device_delete(ObjectPtr object);
  /// A Node object of an edge node, left by an earlier life of the controller.
  void node_found(const std::string& node);
  /// All models, devices and Nodes have been told: from now on nodes are sent things and reports are judged.
  void synced();

  // What the hub tells.
  void node_connected(const std::string& node, bool hearth_peer, const std::string& address = {});
  void node_disconnected(const std::string& node);
  /// A second host came under the name of one that is linked.
  void node_duplicate(const std::string& node, const std::string& why);
  void node_messages(const std::string& node, const std::vector<wire::HubMessage>& messages);
  /// The same, with the messages read beforehand, on whatever thread.
  void node_reports(const std::string& node, std::vector<NodeReport> reports);
  void acked(std::uint64_t token, bool ok);

  // How writes went. `answer`: the object as the API now has it.
  void status_written(const DeviceId& device, ObjectPtr answer);
  /// After a conflict `fresh` may hold the object as the API has it: it is tried again with that at once.
  void status_failed(const DeviceId& device, const Error& error, ObjectPtr fresh = nullptr);
  void event_written(const std::string& name, const Result<void>& result);
  void node_written(const std::string& node, const Result<void>& result);

  /// Time has passed.
  void tick();
  /// What is to be done now. A great many devices are taken in several turns: then wake_after() is zero.
  ControllerOutput take();
  /// How long until tick() is due if nothing else comes before; nothing = not at all.
  std::optional<std::chrono::nanoseconds> wake_after() const;

  /// Devices whose status is being written or waits to be.
  std::size_t statuses_waiting() const;

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace hearth::controller
