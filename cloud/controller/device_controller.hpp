// SPDX-License-Identifier: Apache-2.0
// DeviceController: between the Kubernetes API and the nodes. Downward it sends each node its models and
// devices as they change; upward it patches what nodes report into Device status, one patch in flight a
// device, the newest coalesced.
// Thread: one strand; public members may be called from any thread and post to it.
// Errors: what concerns a device becomes a condition and an Event of that device; an API that is away is
// retried.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "cloud/controller/controller_options.hpp"
#include "cloud/kube/kube_client.hpp"
#include "sdk/base/metrics.hpp"
#include "sdk/base/time.hpp"
#include "sdk/base/trace.hpp"
#include "sdk/wire/hub_message.hpp"

namespace hearth::controller {

/// To CloudHub; set by the composition root.
struct NodeLink {
  std::function<void(const std::string& node, wire::HubMessage)> send;
  std::function<void(const std::string& node, wire::HubMessage, std::function<void(bool)> done)> send_acked;
};

class DeviceController {
 public:
  DeviceController(boost::asio::any_io_executor executor, kube::Access access, NodeLink link,
                   ControllerOptions options, Metrics& metrics, Trace& trace, Clock clock = system_clock());
  ~DeviceController();

  void start();
  void node_connected(std::string node, bool hearth_peer, std::string address = {});
  void node_disconnected(std::string node);
  /// A second host came under the name of one that is linked: an Event of the Node.
  void node_duplicate(std::string node, std::string why);
  void node_message(std::string node, wire::HubMessage message);
  /// All of one frame; they are read on the caller's thread.
  void node_messages(std::string node, std::vector<wire::HubMessage> messages);
  void stop();

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace hearth::controller
