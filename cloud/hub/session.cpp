// SPDX-License-Identifier: Apache-2.0
#include "cloud/hub/session.hpp"

#include <spdlog/spdlog.h>

#include <boost/asio/post.hpp>

#include "cloud/hub/old_edges.hpp"

namespace hearth::cloudhub {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = boost::beast::websocket;
using boost::system::error_code;
using net::kTuple;

namespace {

constexpr std::chrono::seconds kWriteTimeout{15};
constexpr std::chrono::seconds kGoodbyeTimeout{1};
// What a session keeps of a buffer that one long message has made grow.
constexpr std::size_t kKeptBuffer = 64 * 1024;

/// What stock edgecore sends on its way down: nothing in any field.
bool is_empty(const wire::HubMessage& message) {
  return message.header.msg_id.empty() && message.route.operation.empty() && message.route.resource.empty();
}

std::string address_of(const net::Tcp::socket& socket) {
  error_code failed;
  const auto remote = socket.remote_endpoint(failed).address();
  if (failed) return "an unknown address";
  if (!remote.is_v6() || !remote.to_v6().is_v4_mapped()) return remote.to_string();
  return asio::ip::make_address_v4(asio::ip::v4_mapped, remote.to_v6()).to_string();
}

}  // namespace

Session::Session(net::Tcp::socket socket, net::TlsContext tls, CloudHubOptions options,
                 std::shared_ptr<SessionOwner> owner)
    : options_(std::move(options)),
      owner_(std::move(owner)),
      tls_(std::move(tls)),
      ws_(std::move(socket), *tls_),
      turn_(ws_.get_executor()),
      setup_deadline_(ws_.get_executor()),
      idle_deadline_(ws_.get_executor()),
      ack_deadline_(ws_.get_executor()),
      write_deadline_(ws_.get_executor()),
      liveness_(options_.silence_limit, net::BootClock::now()),
      acks_(AckRules{options_.ack_timeout, options_.ack_sends}) {
  client_.address = address_of(ws_.next_layer().next_layer());
  // Our own deadlines: stock peers send no WebSocket pings, Hearth's do.
  ws_.set_option(
      websocket::stream_base::timeout{websocket::stream_base::none(), websocket::stream_base::none(), false});
  ws_.read_message_max(wire::kMaxHubMessageSize);
  ws_.auto_fragment(false);
  ws_.text(true);
}

asio::awaitable<void> Session::run(std::shared_ptr<Session> self) {
  const bool opened = co_await self->open();
  self->setup_deadline_.stop();
  if (opened) co_await self->read_messages();
  self->end();
}

asio::awaitable<void> Session::read_messages() {
  liveness_ = net::Liveness(options_.silence_limit, net::BootClock::now());
  ws_.control_callback(
      [this](websocket::frame_type, beast::string_view) { liveness_.heard(net::BootClock::now()); });
  hearth_peer_ ? watch_silence() : watch_idle();
  owner_->opened(shared_from_this());
  while (!closed_) {
    buffer_.clear();
    if (buffer_.capacity() > kKeptBuffer) buffer_.shrink_to_fit();
    const auto [failed, size] = co_await ws_.async_read(buffer_, kTuple);
    if (failed == websocket::error::message_too_big || failed == websocket::error::buffer_overflow)
      report_malformed(invalid("TooLong", "the message is longer than this cloud takes"));
    if (failed) co_return;
    const auto data = buffer_.cdata();
    take_frame({static_cast<const char*>(data.data()), data.size()});
  }
}

void Session::take_frame(std::string_view text) {
  if (hearth_peer_) liveness_.heard(net::BootClock::now());
  auto messages = wire::parse_hub_frame(text);
  if (!messages) return report_malformed(messages.error());
  std::erase_if(*messages, [this](wire::HubMessage& message) { return takes_itself(message); });
  if (!messages->empty()) owner_->received(*this, std::move(*messages));
}

/// Keepalives and acks are the link's own.
bool Session::takes_itself(wire::HubMessage& message) {
  if (is_empty(message)) return true;
  if (message.route.operation == wire::operation::kKeepalive) {
    if (!hearth_peer_) watch_idle();
    return true;
  }
  if (message.route.operation != wire::operation::kResponse) return false;
  perform(acks_.ack(message.header.parent_msg_id, std::chrono::steady_clock::now()));
  return true;
}

void Session::report_malformed(const Error& error) {
  owner_->malformed();
  if (!std::exchange(malformed_seen_, true))
    spdlog::warn("cloudhub: node {} sends what is no message, more of it is only counted: {}", node_,
                 error.text);
}

void Session::post_send(wire::HubMessage message) {
  post({std::move(message), {}, false});
}

void Session::post_send_acked(wire::HubMessage message, AckQueue::Done done) {
  post({std::move(message), std::move(done), true});
}

/// One turn of the strand for all that was posted meanwhile.
void Session::post(Outgoing outgoing) {
  {
    const std::lock_guard lock(posted_mutex_);
    posted_.push_back(std::move(outgoing));
    if (posted_.size() > 1) return;
  }
  asio::post(executor(), [self = shared_from_this()] { self->take_posted(); });
}

void Session::take_posted() {
  std::vector<Outgoing> posted;
  {
    const std::lock_guard lock(posted_mutex_);
    posted.swap(posted_);
  }
  for (auto& outgoing : posted)
    queue(std::move(outgoing));
  write_next();
}

void Session::queue(Outgoing outgoing) {
  if (closed_ || leaving_) {
    if (outgoing.done) outgoing.done(false);
    return;
  }
  if (outgoing.acked) {
    auto printed = std::make_shared<std::string>();
    wire::append(*printed, outgoing.message);
    perform(acks_.push(std::move(outgoing.message.header.msg_id), outgoing.message.route.resource,
                       std::move(printed), std::move(outgoing.done), std::chrono::steady_clock::now()));
  } else {
    frames_.push(old_edge_ ? with_both_ids(std::move(outgoing.message)) : outgoing.message);
  }
  keep_bounds();
}

void Session::post_close(std::string reason) {
  asio::post(executor(),
             [self = shared_from_this(), reason = std::move(reason)] { self->say_goodbye(reason); });
}

void Session::keep_bounds() {
  if (frames_.bytes() + acks_.bytes() <= options_.max_queue_bytes) return;
  spdlog::warn("cloudhub: node {} does not take what is sent to it, its session is dropped", node_);
  close();
}

void Session::write_next() {
  if (closed_ || leaving_ || writing_ || frames_.empty()) return;
  writing_ = true;
  write_deadline_.start(kWriteTimeout, [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->close();
  });
  const auto frame = frames_.begin_write();
  ws_.async_write(asio::buffer(frame.data(), frame.size()),
                  [self = shared_from_this()](error_code failed, std::size_t) {
                    self->writing_ = false;
                    self->write_deadline_.stop();
                    self->frames_.end_write();
                    failed ? self->close() : self->write_next();
                  });
}

void Session::perform(AckQueue::Actions actions) {
  for (auto& finished : actions.finished) {
    if (finished.done) finished.done(finished.acked);
  }
  for (const auto& frame : actions.send)
    frames_.push(*frame);
  write_next();
  watch_acks();
}

void Session::watch_acks() {
  const auto deadline = acks_.deadline();
  if (!deadline) return ack_deadline_.stop();
  const auto left =
      std::chrono::ceil<std::chrono::milliseconds>(*deadline - std::chrono::steady_clock::now());
  ack_deadline_.start(left, [weak = weak_from_this()] {
    const auto self = weak.lock();
    if (self && !self->closed_) self->perform(self->acks_.tick(std::chrono::steady_clock::now()));
  });
}

void Session::watch_idle() {
  if (closed_ || leaving_) return;
  idle_deadline_.start(options_.idle_limit, [weak = weak_from_this()] {
    const auto self = weak.lock();
    if (!self) return;
    spdlog::info("cloudhub: node {} sent no keepalive in time, its session is closed", self->node_);
    self->say_goodbye("no keepalive came in time");
  });
}

/// Looks again at the deadline, which moves with each sign of life, instead of setting a timer anew for each.
void Session::watch_silence() {
  if (closed_ || leaving_) return;
  const auto now = net::BootClock::now();
  if (liveness_.gone(now)) {
    spdlog::info("cloudhub: node {} gave no sign of life in time, its session is closed", node_);
    return close();
  }
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(liveness_.deadline() - now);
  idle_deadline_.start(left, [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->watch_silence();
  });
}

void Session::say_goodbye(std::string reason) {
  if (closed_ || leaving_) return;
  if (node_.empty() || !ws_.is_open()) return close();
  leaving_ = true;
  idle_deadline_.start(kGoodbyeTimeout, [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->close();
  });
  // A close frame holds 123 bytes of text.
  const websocket::close_reason why(websocket::close_code::try_again_later, reason.substr(0, 120));
  ws_.async_close(why, [self = shared_from_this()](error_code) { self->close(); });
}

void Session::close() {
  if (std::exchange(closed_, true)) return;
  setup_deadline_.stop();
  idle_deadline_.stop();
  ack_deadline_.stop();
  write_deadline_.stop();
  turn_.cancel();
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
