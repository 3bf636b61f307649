// SPDX-License-Identifier: Apache-2.0
// EdgeHub's place in a simulated host: dials by the real ReconnectPolicy, prints and reads the real frames, sends
// keepalives, and gives a link up on which nothing was heard for 15 s.
// Thread: the process's.   Errors: the link being down is a state.
#pragma once

#include <functional>
#include <memory>

#include "host/hub/reconnect_policy.hpp"
#include "sdk/wire/frame_queue.hpp"
#include "sdk/wire/hub_message.hpp"
#include "tests/sim/journal.hpp"
#include "tests/sim/network.hpp"

namespace hearth::sim {

class EdgeLink {
 public:
  struct Handlers {
    std::function<void(const wire::HubMessage&)> message;
    std::function<void(bool hearth_peer)> up;
    std::function<void()> down;
  };

  EdgeLink(ProcessScheduler& process, Network& network, Journal& journal, std::string name, bool hearth_peer,
           Handlers handlers);
  ~EdgeLink();

  void start() { dial(Duration(0)); }
  /// False: no link, or (now and then) no room.
  bool send(const wire::HubMessage& message);
  bool is_up() const { return connection_ != nullptr; }

 private:
  void dial(Duration wait);
  void dial_again();
  void dialled(std::shared_ptr<Connection> connection);
  void take(const std::string& frame);
  void ended();
  void lose();
  void watch();
  void pump();

  ProcessScheduler& process_;
  Network& network_;
  Journal& journal_;
  const std::string name_;
  const bool hearth_peer_;
  const Handlers handlers_;
  edgehub::ReconnectPolicy policy_;
  std::shared_ptr<Connection> connection_;
  std::unique_ptr<wire::FrameQueue> outgoing_;
  bool writing_ = false;
  bool served_ = false;     ///< the cloud sent something on the present link
  std::uint64_t link_ = 0;  ///< number of the present one
  Time last_heard_{};
  Time last_keepalive_{};
};

}  // namespace hearth::sim
