// SPDX-License-Identifier: Apache-2.0
// EdgeHub: the WebSocket client that holds the node's link to CloudHub: certificate, dial, keepalive,
// reconnect.
// Thread: all members on the host's io_context thread.
// Errors: the link being down is a state; messages sent meanwhile are refused (false) and kept by their
// owner.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "sdk/base/metrics.hpp"
#include "sdk/wire/hub_message.hpp"

namespace hearth::edgehub {

struct EdgeHubOptions {
  std::string hub_url;               ///< wss://host:port
  std::string cert_url;              ///< https://host:port; empty: the hub's host, port 10002
  std::string token;                 ///< join token; needed only while there is no certificate
  std::filesystem::path token_file;  ///< instead: read anew at each attempt
  std::string node_name;
  std::string project_id{wire::kDefaultProjectId};
  std::filesystem::path data_dir;  ///< certificates in data_dir/certs: ca.crt, node.crt, node.key
  std::chrono::milliseconds keepalive{15'000};
  std::chrono::milliseconds min_reconnect{1'000};
  std::chrono::milliseconds max_reconnect{
      60'000};  ///< full jitter below a limit that grows from one to the other
  std::chrono::milliseconds ping_interval{5'000};
  std::chrono::milliseconds silence_limit{15'000};  ///< nothing heard for so long: the link is dead
  std::size_t max_queued_bytes = 4 * 1024 * 1024;
};

struct LinkState {
  bool up = false;
  bool hearth_peer = false;  ///< the cloud showed Hearth-Protocol: 1
  std::string problem;       ///< why it is down, for a user
};

class EdgeHub {
 public:
  EdgeHub(boost::asio::io_context& io, EdgeHubOptions options, Metrics& metrics);
  ~EdgeHub();

  /// Before start().
  void on_message(std::function<void(wire::HubMessage)> handler);
  /// Also called anew with `up` when a fresh session took the place of the one before without a gap (a renewed
  /// certificate): what was sent and not confirmed may have been lost with the old one.
  void on_link(std::function<void(LinkState)> handler);
  /// After a send() that answered false on a link that is up: there is room again.
  void on_room(std::function<void()> handler);
  void start();
  /// True: queued on a link that is up (bounded by bytes). False: not taken.
  bool send(wire::HubMessage message);
  const LinkState& link() const;
  boost::asio::awaitable<void> stop();

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace hearth::edgehub
