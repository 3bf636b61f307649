// SPDX-License-Identifier: Apache-2.0
// Which nodes have a link, since when, and when their silence counts; and the v1 Node objects that show it, with
// heartbeats spread evenly over time.
// Thread: plain value, one owner.   Errors: none.
#pragma once

#include <chrono>
#include <deque>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "cloud/controller/conditions.hpp"
#include "cloud/controller/controller_options.hpp"
#include "sdk/base/time.hpp"

namespace hearth::controller {

/// A Node to be created unless it exists, a strategic merge patch of its status, and, of one that is here, its Lease
/// as it should be. Until it is told how that went, no other of this node comes out.
struct NodeWrite {
  std::string node;
  std::optional<nlohmann::json> create;
  nlohmann::json status;
  std::optional<nlohmann::json> lease;
};

class NodeRegistry {
 public:
  NodeRegistry(Clock clock, const ControllerOptions& options);

  /// A node that devices speak of; its silence counts from now.
  void track(const std::string& node);
  /// A Node object of before.
  void found(const std::string& node);
  /// True when its devices' reachability may change by it: not after a short break. `address`: where its link comes
  /// from; shown if it is an IP address.
  bool connected(const std::string& node, bool hearth_peer, const std::string& address = {});
  void disconnected(const std::string& node);
  Presence presence(const std::string& node) const;

  struct Due {
    std::vector<std::string> gone;   ///< their grace has just run out; told once each time
    std::vector<std::string> beats;  ///< connected nodes whose heartbeat is due
  };
  Due expire(SteadyTime now);
  /// When expire() will next have something to tell.
  std::optional<SteadyTime> next_due() const;

  enum class Outcome {
    written,
    refused,  ///< tried again with the next heartbeat, if there is one
    away,     ///< to be tried again as soon as the API is back
  };
  bool has_writes() const { return !dirty_.empty(); }
  std::optional<NodeWrite> next_write();
  void written(const std::string& node, Outcome outcome);

 private:
  struct State {
    Presence presence = Presence::waiting;
    bool hearth_peer = true;
    bool ever_here = false;   ///< in the life of this process
    bool exists = false;      ///< its Node object
    bool introduced = false;  ///< addresses and nodeInfo are written
    bool dirty = false;
    bool under_way = false;
    std::string address;
    WallTime here_since;  ///< short breaks apart
    WallTime silent_since;
    std::optional<SteadyTime> due;
  };

  State& state_of(const std::string& node);
  void schedule(const std::string& node, State& state, std::optional<SteadyTime> due);
  void mark(const std::string& node, State& state);
  std::chrono::milliseconds period() const;
  SteadyTime next_beat(const std::string& node, SteadyTime now) const;
  nlohmann::json status_patch(const std::string& node, const State& state) const;
  nlohmann::json lease_object(const std::string& node) const;

  Clock clock_;
  SteadyClock steady_;
  std::chrono::milliseconds grace_;
  std::chrono::milliseconds heartbeat_;
  std::size_t per_second_;
  std::size_t here_ = 0;
  std::map<std::string, State> nodes_;
  std::set<std::pair<SteadyTime, std::string>> due_;
  std::deque<std::string> dirty_;
};

/// Where Kubernetes keeps the Leases of nodes.
inline constexpr const char* kLeaseNamespace = "kube-node-lease";

/// The label by which the controller knows Node objects of edge nodes again.
inline constexpr const char* kEdgeRoleLabel = "node-role.kubernetes.io/edge";

}  // namespace hearth::controller
