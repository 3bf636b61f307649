// SPDX-License-Identifier: Apache-2.0
// A node's session at the simulated CloudHub: the real AckQueue decides what is sent when; frames are the real ones.
// Thread: the cloud process's.   Errors: end the session.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "cloud/hub/ack_queue.hpp"
#include "sdk/wire/frame_queue.hpp"
#include "sdk/wire/hub_message.hpp"
#include "tests/sim/network.hpp"

namespace hearth::sim {

class CloudSession : public std::enable_shared_from_this<CloudSession> {
 public:
  struct Handlers {
    std::function<void(std::vector<wire::HubMessage>)> messages;
    std::function<void(const CloudSession&)> ended;
  };

  CloudSession(ProcessScheduler& process, std::shared_ptr<Connection> connection, bool hearth_peer,
               Handlers handlers);
  ~CloudSession();

  void open();
  void send(const wire::HubMessage& message);
  void send_acked(const wire::HubMessage& message, std::function<void(bool)> done);
  /// Lets go of the node: it has come in anew, or the cloud ends.
  void close();
  std::size_t unacked_bytes() const { return acks_.bytes(); }
  bool hearth_peer() const { return hearth_peer_; }

 private:
  void take(const std::string& frame);
  void perform(cloudhub::AckQueue::Actions actions);
  void watch_acks();
  void watch_idle();
  void pump();
  void end();

  ProcessScheduler& process_;
  std::shared_ptr<Connection> connection_;
  const bool hearth_peer_;
  const Handlers handlers_;
  cloudhub::AckQueue acks_;
  wire::FrameQueue outgoing_;
  std::unique_ptr<Alarm> ack_alarm_;
  std::unique_ptr<Alarm> idle_alarm_;
  bool writing_ = false;
  bool ended_ = false;
};

}  // namespace hearth::sim
