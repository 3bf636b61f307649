// SPDX-License-Identifier: Apache-2.0
#include "cloud/hub/session.hpp"

#include <spdlog/spdlog.h>

#include <boost/asio/post.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

#include "cloud/hub/node_identity.hpp"
#include "cloud/hub/upgrade_check.hpp"
#include "sdk/net/openssl_handles.hpp"

namespace hearth::cloudhub {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
namespace websocket = boost::beast::websocket;
using boost::system::error_code;
using net::kTuple;

namespace {

constexpr std::chrono::seconds kSetupTimeout{30};
constexpr std::chrono::seconds kWriteTimeout{15};
constexpr std::size_t kMaxHeader = 16 * 1024;

std::optional<net::Subject> peer_subject(SSL* tls) {
  const net::CertificatePtr certificate(SSL_get1_peer_certificate(tls));
  if (!certificate) return std::nullopt;
  return net::describe_certificate(certificate.get()).subject;
}

/// What stock edgecore sends on its way down: nothing in any field.
bool is_empty(const wire::HubMessage& message) {
  return message.header.msg_id.empty() && message.route.operation.empty() && message.route.resource.empty();
}

}  // namespace

Session::Session(net::Tcp::socket socket, net::TlsContext tls, CloudHubOptions options,
                 std::shared_ptr<SessionOwner> owner)
    : options_(std::move(options)),
      owner_(std::move(owner)),
      tls_(std::move(tls)),
      ws_(std::move(socket), *tls_),
      setup_deadline_(ws_.get_executor()),
      idle_deadline_(ws_.get_executor()),
      ack_deadline_(ws_.get_executor()),
      write_deadline_(ws_.get_executor()),
      acks_(AckRules{options_.ack_timeout, options_.ack_sends}) {
  // Our own deadlines; the peer neither sends nor expects WebSocket pings.
  ws_.set_option(
      websocket::stream_base::timeout{websocket::stream_base::none(), websocket::stream_base::none(), false});
  ws_.read_message_max(wire::kMaxHubMessageSize);
  ws_.text(true);
}

asio::awaitable<void> Session::run(std::shared_ptr<Session> self) {
  self->setup_deadline_.start(kSetupTimeout, [weak = self->weak_from_this()] {
    if (const auto session = weak.lock()) session->close();
  });
  const bool opened = co_await self->open();
  self->setup_deadline_.stop();
  if (opened) co_await self->read_messages();
  self->end();
}

asio::awaitable<bool> Session::open() {
  const bool shaken = co_await shake_hands();
  if (!shaken) co_return false;
  Parser parser;
  parser.header_limit(kMaxHeader);
  const auto [failed, size] = co_await http::async_read(ws_.next_layer(), buffer_, parser, kTuple);
  if (failed) co_return false;
  const auto& request = parser.get();
  const UpgradeFacts facts{websocket::is_upgrade(request), request["node_id"], request["ConnectionUse"],
                           peer_subject(ws_.next_layer().native_handle())};
  if (auto refusal = check_upgrade(facts)) {
    spdlog::warn("cloudhub: node \"{}\" was refused: {}", facts.node_id.substr(0, 100), refusal->reason);
    co_await refuse(refusal->status, std::move(refusal->reason));
    co_return false;
  }
  node_ = std::string(facts.node_id);
  hearth_peer_ = request[wire::kHearthProtocolHeader] == "1";
  if (node_identity(*facts.peer, node_) == NodeIdentity::anonymous) owner_->anonymous(node_);
  const bool accepted = co_await accept(request);
  co_return accepted;
}

asio::awaitable<bool> Session::shake_hands() {
  error_code ignored;
  ws_.next_layer().next_layer().set_option(net::Tcp::no_delay(true), ignored);
  const auto [failed] = co_await ws_.next_layer().async_handshake(asio::ssl::stream_base::server, kTuple);
  if (failed) spdlog::debug("cloudhub: TLS handshake failed: {}", failed.message());
  co_return !failed;
}

asio::awaitable<bool> Session::accept(const Parser::value_type& request) {
  if (!owner_->has_room(node_)) {
    spdlog::warn("cloudhub: node {} was refused: too many nodes", node_);
    std::string reason = "this cloud serves as many nodes as it may";
    co_await refuse(503, std::move(reason));
    co_return false;
  }
  ws_.set_option(websocket::stream_base::decorator([](websocket::response_type& response) {
    response.erase(http::field::server);
    response.set(beast::string_view(wire::kHearthProtocolHeader), "1");
  }));
  const auto [failed] = co_await ws_.async_accept(request, kTuple);
  if (failed || closed_) co_return false;
  co_return true;
}

asio::awaitable<void> Session::refuse(unsigned status, std::string reason) {
  auto response = std::make_shared<http::response<http::string_body>>();
  response->version(11);
  response->result(status);
  response->set(http::field::content_type, "text/plain; charset=utf-8");
  response->keep_alive(false);
  response->body() = std::move(reason) + "\n";
  response->prepare_payload();
  co_await http::async_write(ws_.next_layer(), *response, kTuple);
  co_await ws_.next_layer().async_shutdown(kTuple);
}

asio::awaitable<void> Session::read_messages() {
  watch_idle();
  owner_->opened(shared_from_this());
  while (!closed_) {
    buffer_.clear();
    const auto [failed, size] = co_await ws_.async_read(buffer_, kTuple);
    if (failed == websocket::error::message_too_big || failed == websocket::error::buffer_overflow)
      report_malformed(invalid("TooLong", "the message is longer than this cloud takes"));
    if (failed) co_return;
    const auto data = buffer_.cdata();
    take_frame({static_cast<const char*>(data.data()), data.size()});
  }
}

void Session::take_frame(std::string_view text) {
  auto message = wire::parse_hub_message(text);
  if (!message) return report_malformed(message.error());
  if (is_empty(*message)) return;
  if (message->route.operation == wire::operation::kKeepalive) return watch_idle();
  if (message->route.operation == wire::operation::kResponse)
    return perform(acks_.ack(message->header.parent_msg_id, std::chrono::steady_clock::now()));
  owner_->received(*this, *std::move(message));
}

void Session::report_malformed(const Error& error) {
  owner_->malformed();
  if (!std::exchange(malformed_seen_, true))
    spdlog::warn("cloudhub: node {} sends what is no message, more of it is only counted: {}", node_,
                 error.text);
}

void Session::post_send(std::string text) {
  asio::post(executor(),
             [self = shared_from_this(), frame = std::make_shared<const std::string>(std::move(text))] {
               if (self->within_bounds(frame->size())) self->enqueue(frame);
             });
}

void Session::post_send_acked(std::string id, std::string text, AckQueue::Done done) {
  asio::post(executor(),
             [self = shared_from_this(), id = std::move(id),
              frame = std::make_shared<const std::string>(std::move(text)), done = std::move(done)] {
               if (!self->within_bounds(frame->size())) return done(false);
               self->perform(self->acks_.push(id, frame, done, std::chrono::steady_clock::now()));
             });
}

void Session::post_close() {
  asio::post(executor(), [self = shared_from_this()] { self->close(); });
}

bool Session::within_bounds(std::size_t more) {
  if (closed_) return false;
  if (outgoing_bytes_ + acks_.bytes() + more <= options_.max_queue_bytes) return true;
  spdlog::warn("cloudhub: node {} does not take what is sent to it, its session is dropped", node_);
  close();
  return false;
}

void Session::enqueue(AckQueue::Frame frame) {
  outgoing_bytes_ += frame->size();
  outgoing_.push_back(std::move(frame));
  if (outgoing_.size() == 1) write_next();
}

void Session::write_next() {
  if (closed_ || outgoing_.empty()) return;
  write_deadline_.start(kWriteTimeout, [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->close();
  });
  ws_.async_write(asio::buffer(*outgoing_.front()),
                  [self = shared_from_this()](error_code failed, std::size_t) {
                    self->write_deadline_.stop();
                    self->outgoing_bytes_ -= self->outgoing_.front()->size();
                    self->outgoing_.pop_front();
                    if (failed) return self->close();
                    self->write_next();
                  });
}

void Session::perform(AckQueue::Actions actions) {
  for (auto& finished : actions.finished) {
    if (finished.done) finished.done(finished.acked);
  }
  if (actions.send) enqueue(std::move(actions.send));
  watch_acks();
}

void Session::watch_acks() {
  const auto deadline = acks_.deadline();
  if (!deadline) return ack_deadline_.stop();
  const auto left =
      std::chrono::ceil<std::chrono::milliseconds>(*deadline - std::chrono::steady_clock::now());
  ack_deadline_.start(left, [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->perform(self->acks_.tick(std::chrono::steady_clock::now()));
  });
}

void Session::watch_idle() {
  idle_deadline_.start(options_.idle_limit, [weak = weak_from_this()] {
    const auto self = weak.lock();
    if (!self) return;
    spdlog::info("cloudhub: node {} sent no keepalive in time, its session is closed", self->node_);
    self->close();
  });
}

void Session::close() {
  if (std::exchange(closed_, true)) return;
  setup_deadline_.stop();
  idle_deadline_.stop();
  ack_deadline_.stop();
  write_deadline_.stop();
  error_code ignored;
  auto& socket = ws_.next_layer().next_layer();
  socket.shutdown(net::Tcp::socket::shutdown_both, ignored);
  socket.close(ignored);
}

void Session::end() {
  close();
  perform(acks_.clear());
  owner_->ended(*this);
}

}  // namespace hearth::cloudhub
