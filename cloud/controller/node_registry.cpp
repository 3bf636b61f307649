// SPDX-License-Identifier: Apache-2.0
#include "cloud/controller/node_registry.hpp"

#include <fmt/format.h>

namespace hearth::controller {
namespace {

using nlohmann::json;

json node_info(bool hearth_peer) {
  json info = {{"operatingSystem", "linux"}, {"kubeletVersion", hearth_peer ? "hearth" : "kubeedge"}};
  // The API's type has them required; an edge node runs no containers for us.
  for (const auto* field : {"architecture", "bootID", "containerRuntimeVersion", "kernelVersion",
                            "kubeProxyVersion", "machineID", "osImage", "systemUUID"}) {
    info[field] = "";
  }
  return info;
}

}  // namespace

void NodeRegistry::track(const std::string& node, WallTime now) {
  if (!node.empty()) nodes_.try_emplace(node, State{Presence::waiting, true, now});
}

void NodeRegistry::connected(const std::string& node, bool hearth_peer, WallTime now) {
  State& state = nodes_[node];
  if (state.presence != Presence::here) state.since = now;
  state.presence = Presence::here;
  state.hearth_peer = hearth_peer;
}

void NodeRegistry::disconnected(const std::string& node, WallTime now) {
  const auto found = nodes_.find(node);
  if (found == nodes_.end() || found->second.presence != Presence::here) return;
  found->second.presence = Presence::waiting;
  found->second.since = now;
}

Presence NodeRegistry::presence(const std::string& node) const {
  const auto found = nodes_.find(node);
  return found == nodes_.end() ? Presence::waiting : found->second.presence;
}

std::vector<std::string> NodeRegistry::expire(WallTime now) {
  std::vector<std::string> gone;
  for (auto& [name, state] : nodes_) {
    if (state.presence != Presence::waiting || state.since + grace_ > now) continue;
    state.presence = Presence::gone;
    gone.push_back(name);
  }
  return gone;
}

std::optional<WallTime> NodeRegistry::next_expiry() const {
  std::optional<WallTime> due;
  for (const auto& [name, state] : nodes_) {
    if (state.presence != Presence::waiting) continue;
    if (!due || state.since + grace_ < *due) due = state.since + grace_;
  }
  return due;
}

std::vector<std::string> NodeRegistry::connected_nodes() const {
  std::vector<std::string> names;
  for (const auto& [name, state] : nodes_) {
    if (state.presence == Presence::here) names.push_back(name);
  }
  return names;
}

json NodeRegistry::node_object(const std::string& node) {
  return {
      {"apiVersion", "v1"},
      {"kind", "Node"},
      {"metadata", {{"name", node}, {"labels", {{kEdgeRoleLabel, ""}, {"kubernetes.io/hostname", node}}}}}};
}

json NodeRegistry::status_patch(const std::string& node, WallTime now) const {
  const auto found = nodes_.find(node);
  const State state = found == nodes_.end() ? State{Presence::gone, true, now} : found->second;
  const bool here = state.presence == Presence::here;
  json ready = {
      {"type", "Ready"},
      {"status", here ? "True" : "Unknown"},
      {"reason", here ? (state.hearth_peer ? "HearthHostReady" : "EdgeCoreConnected") : "NodeSilent"},
      {"message",
       here ? "the host is connected to the cloud"
            : fmt::format("the host has had no link to the cloud since {}", to_rfc3339(state.since))},
      {"lastTransitionTime", to_rfc3339(here ? state.since : now)}};
  if (!here) return {{"status", {{"conditions", json::array({ready})}}}};
  ready["lastHeartbeatTime"] = to_rfc3339(now);
  return {{"status",
           {{"conditions", json::array({ready})},
            {"addresses", json::array({{{"type", "Hostname"}, {"address", node}}})},
            {"nodeInfo", node_info(state.hearth_peer)}}}};
}

}  // namespace hearth::controller
