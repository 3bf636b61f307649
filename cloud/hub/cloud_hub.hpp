// SPDX-License-Identifier: Apache-2.0
// CloudHub: the WebSocket server the nodes hold their links to; one session a node, the newest wins.
// Thread: each session on its own strand; send() from any thread; callbacks come on the session's strand, so
// the receiver posts to its own.
// Errors: a frame that is no message is counted and logged once a session; a peer that never reads is
// dropped.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "sdk/base/metrics.hpp"
#include "sdk/net/tls.hpp"
#include "sdk/wire/hub_message.hpp"

namespace hearth::cloudhub {

struct CloudHubOptions {
  std::string listen = "127.0.0.1:10000";
  std::chrono::milliseconds idle_limit{30'000};     ///< without a keepalive operation, for stock peers
  std::chrono::milliseconds silence_limit{15'000};  ///< without any sign of life, for Hearth peers
  std::chrono::milliseconds ack_timeout{5'000};
  int ack_sends = 5;
  std::size_t ack_window = 64;  ///< acked messages in flight to a Hearth peer; a stock one gets one at a time
  std::size_t max_queue_bytes = 16 * 1024 * 1024;  ///< of one session; beyond it the session is dropped
  std::size_t max_nodes = 10'000;
  std::size_t max_handshakes = 64;  ///< TLS handshakes under way at once; others wait their turn
  std::size_t max_waiting = 4096;   ///< for their turn; more are closed, and come again
  std::chrono::milliseconds handshake_limit{10'000};  ///< to say hello, to wait, to shake hands: each
};

struct Callbacks {
  std::function<void(std::string node, bool hearth_peer, std::string address)> connected;
  std::function<void(std::string node)> disconnected;
  /// What came in one frame, in its order, but for keepalives and acks; never empty.
  std::function<void(std::string node, std::vector<wire::HubMessage>)> messages;
  /// Two hosts of this name take the node from each other; at most once a minute. `why` is a sentence for a user.
  std::function<void(std::string node, std::string why)> duplicate;
};

class CloudHub {
 public:
  CloudHub(boost::asio::any_io_executor executor, CloudHubOptions options, net::TlsContext tls,
           Callbacks callbacks, Metrics& metrics);
  ~CloudHub();

  Result<void> start();
  std::uint16_t port() const;
  /// Sent once; lost if the node is away (membership, confirmations).
  void send(const std::string& node, wire::HubMessage message);
  /// Models and devices: sent in the order given, one in flight to a stock node and up to ack_window to a Hearth one,
  /// each sent again until acked, at most ack_sends times. `done(true)` after the ack, `done(false)` when given up or
  /// the session ended; on any thread.
  void send_acked(const std::string& node, wire::HubMessage message, std::function<void(bool)> done);
  std::vector<std::string> nodes() const;
  /// Ends every session with that reason; the nodes come back by themselves.
  void disconnect_all(const std::string& reason);
  void stop();

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace hearth::cloudhub
