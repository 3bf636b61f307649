// SPDX-License-Identifier: Apache-2.0
// Which nodes have a link, since when, and when their silence counts; and the v1 Node objects that show it.
// Thread: plain value, one owner.   Errors: none.
#pragma once

#include <chrono>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "cloud/controller/conditions.hpp"
#include "sdk/base/time.hpp"

namespace hearth::controller {

class NodeRegistry {
 public:
  explicit NodeRegistry(std::chrono::milliseconds grace) : grace_(grace) {}

  /// A node that devices or Node objects speak of; its silence counts from now.
  void track(const std::string& node, WallTime now);
  void connected(const std::string& node, bool hearth_peer, WallTime now);
  void disconnected(const std::string& node, WallTime now);

  Presence presence(const std::string& node) const;
  bool is_connected(const std::string& node) const { return presence(node) == Presence::here; }
  /// Nodes whose grace has just run out; told once each time.
  std::vector<std::string> expire(WallTime now);
  /// When expire() will next have something to tell.
  std::optional<WallTime> next_expiry() const;
  std::vector<std::string> connected_nodes() const;
  std::size_t connected_count() const { return connected_nodes().size(); }

  /// A Node to be created: name and labels.
  static nlohmann::json node_object(const std::string& node);
  /// Strategic merge patch of a node's status: Ready with a fresh heartbeat, addresses and nodeInfo.
  nlohmann::json status_patch(const std::string& node, WallTime now) const;

 private:
  struct State {
    Presence presence = Presence::waiting;
    bool hearth_peer = true;
    WallTime since;  ///< connected, or silent
  };

  std::chrono::milliseconds grace_;
  std::map<std::string, State> nodes_;
};

/// The label by which the controller knows Node objects of edge nodes again.
inline constexpr const char* kEdgeRoleLabel = "node-role.kubernetes.io/edge";

}  // namespace hearth::controller
