// SPDX-License-Identifier: Apache-2.0
#include "cloud/controller/node_registry.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <functional>

#include "sdk/base/ids.hpp"

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

json node_object(const std::string& node) {
  return {
      {"apiVersion", "v1"},
      {"kind", "Node"},
      {"metadata", {{"name", node}, {"labels", {{kEdgeRoleLabel, ""}, {"kubernetes.io/hostname", node}}}}}};
}

/// What `kubectl get nodes -o wide` shows as INTERNAL-IP is where the link comes from.
json addresses_of(const std::string& node, const std::string& address) {
  json addresses = json::array();
  boost::system::error_code no_address;
  boost::asio::ip::make_address(address, no_address);
  if (!no_address) addresses.push_back({{"type", "InternalIP"}, {"address", address}});
  addresses.push_back({{"type", "Hostname"}, {"address", node}});
  return addresses;
}

}  // namespace

NodeRegistry::NodeRegistry(Clock clock, const ControllerOptions& options)
    : clock_(std::move(clock)),
      steady_(options.steady),
      grace_(options.node_grace),
      heartbeat_(options.node_heartbeat),
      per_second_(std::max<std::size_t>(1, options.heartbeats_per_second)) {}

NodeRegistry::State& NodeRegistry::state_of(const std::string& node) {
  const auto [at, is_new] = nodes_.try_emplace(node);
  if (is_new) {
    at->second.silent_since = clock_();
    schedule(node, at->second, steady_() + grace_);
  }
  return at->second;
}

void NodeRegistry::schedule(const std::string& node, State& state, std::optional<SteadyTime> due) {
  if (state.due) due_.erase({*state.due, node});
  state.due = due;
  if (due) due_.emplace(*due, node);
}

void NodeRegistry::track(const std::string& node) {
  if (!node.empty()) state_of(node);
}

void NodeRegistry::found(const std::string& node) {
  if (!node.empty()) state_of(node).exists = true;
}

bool NodeRegistry::connected(const std::string& node, bool hearth_peer, const std::string& address) {
  State& state = state_of(node);
  const bool after_a_short_break = state.ever_here && state.presence != Presence::gone;
  if (state.presence != Presence::here) ++here_;
  if (!after_a_short_break) state.here_since = clock_();
  state.presence = Presence::here;
  state.ever_here = true;
  state.hearth_peer = hearth_peer;
  state.address = address;
  state.introduced = false;
  schedule(node, state, next_beat(node, steady_()));
  mark(node, state);
  return !after_a_short_break;
}

void NodeRegistry::disconnected(const std::string& node) {
  const auto found = nodes_.find(node);
  if (found == nodes_.end() || found->second.presence != Presence::here) return;
  --here_;
  found->second.presence = Presence::waiting;
  found->second.silent_since = clock_();
  schedule(node, found->second, steady_() + grace_);
}

Presence NodeRegistry::presence(const std::string& node) const {
  const auto found = nodes_.find(node);
  return found == nodes_.end() ? Presence::waiting : found->second.presence;
}

NodeRegistry::Due NodeRegistry::expire(SteadyTime now) {
  Due told;
  while (!due_.empty() && due_.begin()->first <= now) {
    const std::string name = due_.begin()->second;
    State& state = nodes_.at(name);
    switch (state.presence) {
      case Presence::waiting:
        state.presence = Presence::gone;
        told.gone.push_back(name);
        schedule(name, state, std::nullopt);
        break;
      case Presence::here:
        told.beats.push_back(name);
        schedule(name, state, next_beat(name, now));
        break;
      case Presence::gone:
        schedule(name, state, std::nullopt);
        break;
    }
    if (state.presence == Presence::here || state.exists) mark(name, state);
  }
  return told;
}

std::optional<SteadyTime> NodeRegistry::next_due() const {
  if (due_.empty()) return std::nullopt;
  return due_.begin()->first;
}

std::chrono::milliseconds NodeRegistry::period() const {
  const std::chrono::milliseconds least(1000 * here_ / per_second_);
  return std::max({heartbeat_, least, std::chrono::milliseconds(1)});
}

/// Each node has its own place in the period, so that those that come back together do not beat together.
SteadyTime NodeRegistry::next_beat(const std::string& node, SteadyTime now) const {
  const auto length = period().count();
  const auto place =
      static_cast<std::int64_t>(std::hash<std::string>{}(node) % static_cast<std::size_t>(length));
  const auto now_ms = std::chrono::floor<std::chrono::milliseconds>(now).time_since_epoch().count();
  const auto since = ((now_ms - place) % length + length) % length;
  return SteadyTime(std::chrono::milliseconds(now_ms + length - since));
}

void NodeRegistry::mark(const std::string& node, State& state) {
  if (!is_dns_subdomain(node) || std::exchange(state.dirty, true) || state.under_way) return;
  dirty_.push_back(node);
}

std::optional<NodeWrite> NodeRegistry::next_write() {
  if (dirty_.empty()) return std::nullopt;
  const std::string name = std::move(dirty_.front());
  dirty_.pop_front();
  State& state = nodes_.at(name);
  state.dirty = false;
  state.under_way = true;
  NodeWrite write{name, std::nullopt, status_patch(name, state), std::nullopt};
  if (!state.exists) write.create = node_object(name);
  if (state.presence == Presence::here) write.lease = lease_object(name);
  state.introduced = true;
  return write;
}

void NodeRegistry::written(const std::string& node, Outcome outcome) {
  const auto found = nodes_.find(node);
  if (found == nodes_.end()) return;
  State& state = found->second;
  state.under_way = false;
  const bool again = state.dirty || outcome == Outcome::away;
  state.dirty = false;
  state.exists = outcome == Outcome::written || (outcome == Outcome::away && state.exists);
  if (outcome != Outcome::written) state.introduced = false;
  if (again) mark(node, state);
}

json NodeRegistry::status_patch(const std::string& node, const State& state) const {
  const WallTime now = clock_();
  const bool here = state.presence == Presence::here;
  json ready = {
      {"type", "Ready"},
      {"status", here ? "True" : "Unknown"},
      {"reason", here ? (state.hearth_peer ? "HearthHostReady" : "EdgeCoreConnected") : "NodeSilent"},
      {"message",
       here ? "the host is connected to the cloud"
            : fmt::format("the host has had no link to the cloud since {}", to_rfc3339(state.silent_since))},
      {"lastTransitionTime", to_rfc3339(here ? state.here_since : now)}};
  if (here) ready["lastHeartbeatTime"] = to_rfc3339(now);
  json status = {{"conditions", json::array({ready})}};
  if (here && !state.introduced) {
    status["addresses"] = addresses_of(node, state.address);
    status["nodeInfo"] = node_info(state.hearth_peer);
  }
  return {{"status", std::move(status)}};
}

json NodeRegistry::lease_object(const std::string& node) const {
  return {{"apiVersion", "coordination.k8s.io/v1"},
          {"kind", "Lease"},
          {"metadata", {{"name", node}, {"namespace", kLeaseNamespace}}},
          {"spec",
           {{"holderIdentity", node},
            {"leaseDurationSeconds", std::chrono::ceil<std::chrono::seconds>(grace_).count()},
            {"renewTime", to_rfc3339_micro(clock_())}}}};
}

}  // namespace hearth::controller
