// SPDX-License-Identifier: Apache-2.0
// A life of hearth-cloud: the real ControllerCore and InformerStates between the simulated API and the sessions of the
// nodes. Nothing of it outlives its end.
// Thread: its process's.   Errors: none.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "cloud/controller/controller_core.hpp"
#include "cloud/kube/informer_state.hpp"
#include "tests/sim/cloud_session.hpp"
#include "tests/sim/journal.hpp"
#include "tests/sim/sim_api.hpp"

namespace hearth::sim {

class SimCloud {
 public:
  /// Hears of every answer to a report, as it is given.
  using Answered = std::function<void(const wire::HubMessage&)>;

  SimCloud(Timeline& timeline, SimApi& api, Journal& journal, Answered answered);
  ~SimCloud();

  /// A node has dialled.
  void accept(const std::string& node, bool hearth_peer, std::shared_ptr<Connection> connection);
  /// Bytes waiting for acks of nodes.
  std::size_t unacked_bytes() const;

 private:
  struct Informer {
    ApiKind kind;
    kube::InformerState state;
    std::uint64_t turn = 0;
    bool synced = false;
  };

  void run(Informer& informer);
  void tell(Informer& informer, kube::InformerState::Changes changes);
  void session_ended(const std::string& node, const CloudSession& session);
  void received(const std::string& node, std::vector<wire::HubMessage> messages);
  void pump();
  void perform(controller::ControllerOutput output);
  void send(controller::Send item);
  void write(const controller::StatusWrite& write);

  SimApi& api_;
  Journal& journal_;
  const Answered answered_;
  ProcessScheduler process_;
  std::uint64_t last_id_ = 0;
  controller::ControllerCore core_;
  std::unique_ptr<Alarm> alarm_;
  Informer devices_;
  Informer models_;
  bool synced_ = false;
  std::map<std::string, std::shared_ptr<CloudSession>> sessions_;
};

}  // namespace hearth::sim
