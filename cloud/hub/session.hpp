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
#include <deque>

#include "cloud/hub/ack_queue.hpp"
#include "cloud/hub/cloud_hub.hpp"
#include "sdk/net/stream.hpp"

namespace hearth::cloudhub {

class Session;

/// What a session asks of the hub. Called on the session's strand.
class SessionOwner {
 public:
  virtual ~SessionOwner() = default;
  /// Asked before the upgrade is answered.
  virtual bool has_room(const std::string& node) = 0;
  /// From here on the session is the node's; an older one is replaced.
  virtual void opened(const std::shared_ptr<Session>& session) = 0;
  /// Always called, whether it was opened or not.
  virtual void ended(const Session& session) = 0;
  virtual void received(const Session& session, wire::HubMessage message) = 0;
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

  /// From any thread; each is queued for the strand, so that order holds.
  void post_send(std::string text);
  void post_send_acked(std::string id, std::string text, AckQueue::Done done);
  void post_close();

  /// Fixed once the session is open.
  const std::string& node() const { return node_; }
  bool hearth_peer() const { return hearth_peer_; }
  boost::asio::any_io_executor executor() { return ws_.get_executor(); }

 private:
  using Parser = boost::beast::http::request_parser<boost::beast::http::empty_body>;

  boost::asio::awaitable<bool> open();
  boost::asio::awaitable<bool> shake_hands();
  boost::asio::awaitable<bool> accept(const Parser::value_type& request);
  boost::asio::awaitable<void> refuse(unsigned status, std::string reason);
  boost::asio::awaitable<void> read_messages();
  void take_frame(std::string_view text);
  void report_malformed(const Error& error);

  void enqueue(AckQueue::Frame frame);
  void write_next();
  void perform(AckQueue::Actions actions);
  void watch_acks();
  void watch_idle();
  bool within_bounds(std::size_t more);
  void close();
  void end();

  const CloudHubOptions options_;
  const std::shared_ptr<SessionOwner> owner_;
  const net::TlsContext tls_;
  boost::beast::websocket::stream<net::TlsStream> ws_;
  boost::beast::flat_buffer buffer_;
  net::Deadline setup_deadline_;
  net::Deadline idle_deadline_;
  net::Deadline ack_deadline_;
  net::Deadline write_deadline_;
  AckQueue acks_;
  std::deque<AckQueue::Frame> outgoing_;  ///< the first is being written
  std::size_t outgoing_bytes_ = 0;
  std::string node_;
  bool hearth_peer_ = false;
  bool closed_ = false;
  bool malformed_seen_ = false;
};

}  // namespace hearth::cloudhub
