// SPDX-License-Identifier: Apache-2.0
// One node's link: TLS and upgrade, then messages in both directions until either side ends it.
// Thread: the strand of its socket for everything but the functions marked otherwise.
// Errors: end the session; a frame that is no message is counted and passed over.
#pragma once

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <mutex>

#include "cloud/hub/ack_queue.hpp"
#include "cloud/hub/admission_gate.hpp"
#include "cloud/hub/cloud_hub.hpp"
#include "cloud/hub/takeover_guard.hpp"
#include "cloud/hub/upgrade_check.hpp"
#include "sdk/net/liveness.hpp"
#include "sdk/net/stream.hpp"
#include "sdk/wire/frame_queue.hpp"

namespace hearth::cloudhub {

class Session;

/// What a session asks of the hub. Called on the session's strand.
class SessionOwner {
 public:
  virtual ~SessionOwner() = default;
  /// Before the TLS handshake. `wait`: post_turn() comes, or the session calls left().
  virtual AdmissionGate::Turn turn(const Session& session) = 0;
  /// The handshake is over, or its turn was not waited for.
  virtual void left(const Session& session) = 0;
  /// No link came of it. `claimed`: the node it says it is, as far as known.
  virtual void refused(const Session& session, const std::string& claimed, const std::string& reason) = 0;
  /// Asked before the upgrade is answered. Nothing when the node may come in.
  virtual std::optional<Refusal> may_open(const Session& session) = 0;
  /// From here on the session is the node's; an older one is replaced.
  virtual void opened(const std::shared_ptr<Session>& session) = 0;
  /// Always called, whether it was opened or not.
  virtual void ended(const Session& session) = 0;
  /// What came in one frame; never empty.
  virtual void received(const Session& session, std::vector<wire::HubMessage> messages) = 0;
  virtual void malformed() = 0;
  /// A node with KubeEdge 1.15's common subject came in.
  virtual void anonymous(const std::string& node) = 0;
};

class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(net::Tcp::socket socket, net::TlsContext tls, CloudHubOptions options,
          std::shared_ptr<SessionOwner> owner);

  /// `self` keeps the session alive meanwhile.
  static boost::asio::awaitable<void> run(std::shared_ptr<Session> self);

  /// From any thread; what was posted is taken in its order.
  void post_send(wire::HubMessage message);
  void post_send_acked(wire::HubMessage message, AckQueue::Done done);
  /// Ends the link with a close frame that says why.
  void post_close(std::string reason);
  void post_turn();

  /// Fixed once the session is open.
  const std::string& node() const { return node_; }
  const Client& client() const { return client_; }
  bool hearth_peer() const { return hearth_peer_; }
  boost::asio::any_io_executor executor() { return ws_.get_executor(); }

 private:
  using Parser = boost::beast::http::request_parser<boost::beast::http::empty_body>;
  struct Outgoing {
    wire::HubMessage message;
    AckQueue::Done done;  ///< empty: not to be acked
    bool acked = false;
  };

  // session_open.cpp
  boost::asio::awaitable<bool> open();
  boost::asio::awaitable<bool> wait_for_turn();
  boost::asio::awaitable<bool> shake_hands();
  boost::asio::awaitable<bool> accept(const Parser::value_type& request);
  boost::asio::awaitable<void> refuse(Refusal refusal, std::string claimed);
  void limit_setup();
  void explain_failed_handshake(const boost::system::error_code& failed);

  // session.cpp
  boost::asio::awaitable<void> read_messages();
  void take_frame(std::string_view text);
  bool takes_itself(wire::HubMessage& message);
  void report_malformed(const Error& error);
  void post(Outgoing outgoing);
  void take_posted();
  void queue(Outgoing outgoing);
  void write_next();
  void perform(AckQueue::Actions actions);
  void watch_acks();
  void watch_idle();
  void watch_silence();
  void keep_bounds();
  void say_goodbye(std::string reason);
  void close();
  void end();

  const CloudHubOptions options_;
  const std::shared_ptr<SessionOwner> owner_;
  const net::TlsContext tls_;
  boost::beast::websocket::stream<net::TlsStream> ws_;
  boost::beast::flat_buffer buffer_;
  boost::asio::steady_timer turn_;
  net::Deadline setup_deadline_;
  net::Deadline idle_deadline_;
  net::Deadline ack_deadline_;
  net::Deadline write_deadline_;
  net::Liveness liveness_;
  AckQueue acks_;
  wire::FrameQueue frames_;
  std::mutex posted_mutex_;
  std::vector<Outgoing> posted_;
  std::string node_;
  Client client_;
  std::string claimed_;  ///< whom a certificate that was refused is for
  bool hearth_peer_ = false;
  bool old_edge_ = false;  ///< shows the certificate of KubeEdge 1.15
  bool my_turn_ = false;
  bool writing_ = false;
  bool leaving_ = false;  ///< a close frame is on its way
  bool closed_ = false;
  bool malformed_seen_ = false;
};

}  // namespace hearth::cloudhub
