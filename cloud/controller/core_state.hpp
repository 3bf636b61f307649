// SPDX-License-Identifier: Apache-2.0
// What ControllerCore holds: the parts, and what is under way between them.
// Thread: plain value, one owner.   Errors: see controller_core.hpp.
#pragma once

#include <deque>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "cloud/controller/api_health.hpp"
#include "cloud/controller/controller_core.hpp"
#include "cloud/controller/patch_queue.hpp"
#include "cloud/controller/status_base.hpp"

namespace hearth::controller {

class ControllerCore::State {
 public:
  State(Clock clock, ControllerOptions options);

  void run(DownlinkOutput output);
  void device_upsert(ObjectPtr object);
  void device_delete(ObjectPtr object);
  void synced();
  void node_connected(const std::string& node, bool hearth_peer, const std::string& address = {});
  void node_disconnected(const std::string& node);
  void node_duplicate(const std::string& node, const std::string& why);
  void node_report(const std::string& node, NodeReport report);

  void status_written(const DeviceId& device, ObjectPtr answer);
  void status_failed(const DeviceId& device, const Error& error, ObjectPtr fresh);
  void event_written(const std::string& name, const Result<void>& result);
  void node_written(const std::string& node, const Result<void>& result);
  void tick();
  ControllerOutput take();
  std::optional<std::chrono::nanoseconds> wake_after() const;

  Downlink& downlink() { return downlink_; }
  NodeRegistry& nodes() { return nodes_; }
  const PatchQueue& patches() const { return patches_; }

 private:
  /// A report that came before the devices were known.
  struct Early {
    std::string node;
    NodeReport report;
  };
  struct StatusUnderWay {
    PatchQueue::Work work;
    std::vector<wire::Condition> transitions;
    bool upkeep = false;
    bool echo_unsettled = false;  ///< the watch has shown a version that may be this write's
  };

  void restore_if_wiped(const ApiObject& before, const DeviceObject& device);
  void keep_early(const std::string& node, NodeReport report);
  void judge_report(const std::string& node, NodeReport report);
  void log_once(const std::string& node, const Judgement& judgement);
  void touch(const DeviceId& device);
  void forget(const DeviceId& device, const Judgement& judgement);
  DeviceFacts facts_of(const DeviceObject& device) const;

  void write_statuses(SteadyTime now);
  void begin_status(PatchQueue::Work work, SteadyTime now);
  void hold_texts(const PatchQueue::Work& work, TextHold hold, SteadyTime now);
  void settle(StatusUnderWay done, ApiObject answer);
  void refuse_status(PatchQueue::Work work, const Error& error, ObjectPtr fresh);
  void write_others();
  void api_answered();
  void api_failed(const Error& error);
  std::size_t under_way() const { return statuses_.size() + events_under_way_ + nodes_under_way_; }

  void answer(const std::string& node, const std::string& msg_id, nlohmann::json content);
  void confirm(const std::vector<Receipt>& receipts);
  void refuse(const std::vector<Receipt>& receipts, const Judgement& judgement);

  Clock clock_;
  ControllerOptions options_;
  Downlink downlink_;
  PatchQueue patches_;
  StatusBase base_;
  NodeRegistry nodes_;
  EventRecorder events_;
  ApiHealth health_;
  ControllerOutput out_;

  bool synced_ = false;
  bool more_ = false;  ///< take() has stopped for others to have a turn
  std::deque<Early> early_;
  std::size_t early_bytes_ = 0;
  std::set<std::string> logged_;
  std::map<DeviceId, StatusUnderWay> statuses_;
  std::size_t upkeep_under_way_ = 0;
  std::size_t events_under_way_ = 0;
  std::size_t nodes_under_way_ = 0;
  std::map<DeviceId, SteadyTime> texts_written_;
};

}  // namespace hearth::controller
