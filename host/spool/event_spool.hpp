// SPDX-License-Identifier: Apache-2.0
// Event data on its way to the cloud: stored first, sent in order while the link is up, deleted when the cloud has
// confirmed it. A bounded FIFO that survives kill -9; what is sent twice across a crash carries the same msg_id.
// Thread: all members on the scheduler's.
// Errors: what cannot be kept is dropped, counted by reason and logged once a reason; the disk failing is tried again.
#pragma once

#include <functional>
#include <memory>

#include "host/spool/spool_queue.hpp"
#include "sdk/base/metrics.hpp"
#include "sdk/base/time.hpp"
#include "sdk/loop/scheduler.hpp"
#include "sdk/store/writer.hpp"
#include "sdk/wire/hub_message.hpp"

namespace hearth::spool {

struct EventSpoolOptions {
  SpoolLimits limits;
  std::chrono::milliseconds retry{1000};           ///< after the disk or the link did not take something
  std::chrono::milliseconds answer_limit{30'000};  ///< without a confirmation: sent again
};

struct Outputs {
  /// Opens the database at its first use; the Writer outlives the spool.
  std::function<Result<store::Writer*>()> open;
  /// False: not taken.
  std::function<bool(wire::HubMessage)> send;
};

class EventSpool {
 public:
  EventSpool(Scheduler& scheduler, EventSpoolOptions options, Outputs outputs, Metrics& metrics,
             Clock clock = system_clock());
  ~EventSpool();

  static std::string schema();

  /// For a spool that may hold something from before; without it the database is opened by the first event.
  void start();
  void offer(std::string topic, std::string payload);
  void link_up(bool hearth_peer);
  void link_down();
  /// A response of the cloud; true: it was to one of ours.
  bool handle_response(const wire::HubMessage& message);

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace hearth::spool
