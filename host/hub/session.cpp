// SPDX-License-Identifier: Apache-2.0
#include "host/hub/session.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <cctype>

#include "sdk/base/time.hpp"
#include "sdk/net/liveness.hpp"
#include "sdk/net/server_check.hpp"
#include "sdk/wire/frame_queue.hpp"

namespace hearth::edgehub {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = beast::websocket;
using asio::ip::tcp;
using boost::system::error_code;

constexpr auto kNoThrow = asio::as_tuple(asio::use_awaitable);
constexpr std::chrono::seconds kCloseLimit{1};

// A masked frame is copied through this, a TLS record at a time.
constexpr std::size_t kWriteBuffer = 16 * 1024;
// What is kept of a buffer that one long message has made grow.
constexpr std::size_t kKeptBuffer = 64 * 1024;
constexpr std::size_t kShownReason = 300;

// The kernel's own watch, for data on its way; our pings are answered by the peer's WebSocket.
constexpr int kUserTimeoutMs = 15'000;
constexpr int kProbeAfterSeconds = 10;
constexpr int kProbeIntervalSeconds = 5;

void set_option(int socket, int level, int name, int value) {
  // Fails only where the kernel lacks the option; then the link is as good as TCP alone makes it.
  ::setsockopt(socket, level, name, &value, sizeof value);
}

void detect_dead_peer(int socket) {
  set_option(socket, SOL_SOCKET, SO_KEEPALIVE, 1);
  set_option(socket, IPPROTO_TCP, TCP_KEEPIDLE, kProbeAfterSeconds);
  set_option(socket, IPPROTO_TCP, TCP_KEEPINTVL, kProbeIntervalSeconds);
  set_option(socket, IPPROTO_TCP, TCP_USER_TIMEOUT, kUserTimeoutMs);
  set_option(socket, IPPROTO_TCP, TCP_NODELAY, 1);
}

std::string host_and_port(const net::Url& url) {
  const bool v6 = url.host.find(':') != std::string::npos;
  return (v6 ? "[" + url.host + "]" : url.host) + ":" + url.port;
}

/// Beast ends a connection over a frame it refuses by closing TLS, and if the peer is still sending then, the
/// error of that hides its own.
bool refused_by_us(const error_code& error) {
  return error.category() == asio::error::get_ssl_category() &&
         ERR_GET_REASON(static_cast<unsigned long>(error.value())) ==
             SSL_R_APPLICATION_DATA_AFTER_CLOSE_NOTIFY;
}

std::string in_words(const error_code& error) {
  if (error == beast::error::timeout) return "no answer in time";
  if (error == websocket::error::closed) return "closed by the cloud";
  if (error == websocket::error::message_too_big || refused_by_us(error)) {
    return "it sent a message above 4 MiB, or no WebSocket frame";
  }
  if (error == asio::error::eof || error == asio::ssl::error::stream_truncated) return "closed by the cloud";
  std::string text = error.message();
  if (!text.empty()) text[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(text[0])));
  return text;
}

/// The first line of what a cloud says to a user.
std::string shown(std::string_view text) {
  std::string line;
  for (const char c : text.substr(0, kShownReason)) {
    if (c == '\n') break;
    if (static_cast<unsigned char>(c) >= 0x20 && static_cast<unsigned char>(c) < 0x7f) line += c;
  }
  return line;
}

}  // namespace

class Session::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(asio::io_context& io, SessionOptions options, SessionHandlers handlers)
      : options_(std::move(options)),
        handlers_(std::move(handlers)),
        resolver_(io),
        stream_(io, *options_.tls),
        keepalive_timer_(io),
        ping_timer_(io),
        write_timer_(io),
        close_timer_(io),
        liveness_(options_.silence_limit, net::BootClock::now()) {}

  asio::awaitable<Result<void>> open();
  asio::awaitable<Error> run();
  bool send(const wire::HubMessage& message);
  void close();
  void drop();
  bool hearth_peer() const { return hearth_peer_; }
  std::chrono::seconds retry_after() const { return retry_after_; }

 private:
  asio::awaitable<Result<void>> connect();
  asio::awaitable<Result<void>> secure();
  asio::awaitable<Result<void>> upgrade();
  void prepare_stream();
  Error refused(const websocket::response_type& answer);
  void take_last_words();
  void keepalive();
  void watch_peer();
  void ping();
  void write_next();
  void written(const error_code& error);
  void send_close();
  Error broken(std::string why) const {
    return unavailable("LinkDown", "cloud " + host_and_port(options_.cloud) + ": " + std::move(why));
  }

  SessionOptions options_;
  SessionHandlers handlers_;
  tcp::resolver resolver_;
  websocket::stream<beast::ssl_stream<beast::tcp_stream>> stream_;
  asio::steady_timer keepalive_timer_;
  asio::steady_timer ping_timer_;
  asio::steady_timer write_timer_;
  asio::steady_timer close_timer_;
  net::Liveness liveness_;
  wire::FrameQueue queue_;
  std::chrono::seconds retry_after_{0};
  bool open_ = false;
  bool pinging_ = false;
  bool wants_room_ = false;
  bool writing_ = false;
  bool closing_ = false;
  bool hearth_peer_ = false;
  std::string failure_;  // a reason found before the read ended
};

asio::awaitable<Result<void>> Session::Impl::open() {
  auto connected = co_await connect();
  if (!connected) co_return connected.error();
  auto secured = co_await secure();
  if (!secured) co_return secured.error();
  co_return co_await upgrade();
}

asio::awaitable<Result<void>> Session::Impl::connect() {
  const auto [unresolved, addresses] =
      co_await resolver_.async_resolve(options_.cloud.host, options_.cloud.port, kNoThrow);
  if (unresolved) co_return broken("the name cannot be resolved: " + in_words(unresolved));
  auto& tcp_stream = beast::get_lowest_layer(stream_);
  tcp_stream.expires_after(options_.connect_limit);
  const auto [error, endpoint] = co_await tcp_stream.async_connect(addresses, kNoThrow);
  if (error) co_return broken(in_words(error));
  detect_dead_peer(tcp_stream.socket().native_handle());
  co_return Result<void>();
}

asio::awaitable<Result<void>> Session::Impl::secure() {
  auto& tls = stream_.next_layer();
  beast::get_lowest_layer(stream_).expires_after(options_.open_limit);
  net::expect_server(tls.native_handle(), options_.cloud.host);
  const auto [error] = co_await tls.async_handshake(asio::ssl::stream_base::client, kNoThrow);
  if (!error) co_return Result<void>();
  auto untrusted = net::untrusted_server(tls.native_handle(), options_.cloud.host);
  if (untrusted) co_return std::move(*untrusted).within("cloud " + host_and_port(options_.cloud));
  co_return broken("TLS: " + in_words(error));
}

void Session::Impl::prepare_stream() {
  beast::get_lowest_layer(stream_).expires_never();  // the WebSocket has timeouts of its own
  stream_.set_option(
      websocket::stream_base::timeout{options_.open_limit, websocket::stream_base::none(), false});
  stream_.set_option(websocket::stream_base::decorator([this](websocket::request_type& request) {
    request.set("node_id", options_.node_name);
    request.set("project_id", options_.project_id);
    request.set("ConnectionUse", "msg");
    request.set(std::string(wire::kHearthProtocolHeader), "1");
    request.set(std::string(wire::kHearthInstanceHeader), options_.instance);
    request.set(beast::http::field::user_agent, "hearth-host/" HEARTH_VERSION);
  }));
  stream_.read_message_max(wire::kMaxHubMessageSize);
  stream_.auto_fragment(false);
  stream_.write_buffer_bytes(kWriteBuffer);
  stream_.text(true);
  stream_.control_callback(
      [this](websocket::frame_type, beast::string_view) { liveness_.heard(net::BootClock::now()); });
}

asio::awaitable<Result<void>> Session::Impl::upgrade() {
  prepare_stream();
  const std::string target = "/" + options_.project_id + "/" + options_.node_name + "/events";
  const std::string host = host_and_port(options_.cloud);
  websocket::response_type answer;
  const auto [error] = co_await stream_.async_handshake(answer, host, target, kNoThrow);
  if (error == websocket::error::upgrade_declined) co_return refused(answer);
  if (error) co_return broken(in_words(error));
  hearth_peer_ = answer[std::string(wire::kHearthProtocolHeader)] == "1";
  if (hearth_peer_) queue_.allow_batches();
  open_ = true;
  co_return Result<void>();
}

Error Session::Impl::refused(const websocket::response_type& answer) {
  retry_after_ = net::parse_retry_after(answer[beast::http::field::retry_after]);
  const auto reason = shown(answer.body());
  return broken("it answered the upgrade with status " + std::to_string(answer.result_int()) +
                (reason.empty() ? "" : ": " + reason));
}

asio::awaitable<Error> Session::Impl::run() {
  keepalive();
  liveness_ = net::Liveness(options_.silence_limit, net::BootClock::now());
  watch_peer();
  beast::flat_buffer buffer;
  error_code ended;
  while (!ended) {
    const auto [error, size] = co_await stream_.async_read(buffer, kNoThrow);
    ended = error;
    if (ended) break;
    liveness_.heard(net::BootClock::now());
    handlers_.frame({static_cast<const char*>(buffer.data().data()), buffer.size()});
    buffer.consume(buffer.size());
    if (buffer.capacity() > kKeptBuffer) buffer.shrink_to_fit();
  }
  drop();
  if (failure_.empty() && ended == websocket::error::closed) take_last_words();
  co_return broken(failure_.empty() ? in_words(ended) : failure_);
}

/// Of the close frame: why, and perhaps when to come again.
void Session::Impl::take_last_words() {
  const auto reason = shown(stream_.reason().reason.c_str());
  if (!reason.empty()) failure_ = "closed by the cloud: " + reason;
  static constexpr std::string_view kPatience = "retry-after=";
  if (const auto at = reason.find(kPatience); at != reason.npos)
    retry_after_ = net::parse_retry_after(std::string_view(reason).substr(at + kPatience.size()));
}

void Session::Impl::drop() {
  open_ = false;
  keepalive_timer_.cancel();
  ping_timer_.cancel();
  write_timer_.cancel();
  close_timer_.cancel();
  beast::get_lowest_layer(stream_).close();
}

/// First at once: the cloud closes a session without keepalives, whatever else is sent.
void Session::Impl::keepalive() {
  if (!open_) return;
  queue_.push(
      wire::make_keepalive(to_unix_ms(std::chrono::system_clock::now())));  // even if the queue is full
  if (!writing_) write_next();
  keepalive_timer_.expires_after(options_.keepalive);
  keepalive_timer_.async_wait([weak = weak_from_this()](const error_code& error) {
    const auto self = weak.lock();
    if (self && !error) self->keepalive();
  });
}

/// A cloud sends nothing of its own accord, but answers pings. Their coming in also tells it that we are there.
void Session::Impl::watch_peer() {
  const auto until_deadline = liveness_.deadline() - net::BootClock::now();
  ping_timer_.expires_after(std::min<net::BootClock::duration>(options_.ping_interval, until_deadline));
  ping_timer_.async_wait([weak = weak_from_this()](const error_code& error) {
    const auto self = weak.lock();
    if (!self || error || !self->open_) return;
    if (!self->liveness_.gone(net::BootClock::now())) {
      self->ping();
      self->watch_peer();
      return;
    }
    self->failure_ = self->liveness_.slept() ? "this machine slept, or the process was stopped, for too long"
                                             : "nothing was heard from it in time";
    self->drop();
  });
}

void Session::Impl::ping() {
  if (pinging_ || closing_) return;
  pinging_ = true;
  stream_.async_ping({}, [self = shared_from_this()](const error_code&) { self->pinging_ = false; });
}

bool Session::Impl::send(const wire::HubMessage& message) {
  if (!open_ || closing_) return false;
  if (queue_.bytes() >= options_.max_queued_bytes) {
    wants_room_ = true;
    return false;
  }
  queue_.push(message);
  if (!writing_) write_next();
  return true;
}

void Session::Impl::write_next() {
  writing_ = true;
  write_timer_.expires_after(options_.write_limit);
  write_timer_.async_wait([weak = weak_from_this()](const error_code& error) {
    const auto self = weak.lock();
    if (!self || error) return;
    self->failure_ = "it takes no data";
    self->drop();
  });
  const auto frame = queue_.begin_write();
  stream_.async_write(
      asio::buffer(frame.data(), frame.size()),
      [self = shared_from_this()](const error_code& error, std::size_t) { self->written(error); });
}

void Session::Impl::written(const error_code& error) {
  writing_ = false;
  write_timer_.cancel();
  queue_.end_write();
  if (!open_) return;
  if (error) {
    failure_ = in_words(error);
    drop();
  } else if (!queue_.empty()) {
    write_next();
  } else if (closing_) {
    send_close();
  }
  if (wants_room_ && open_ && queue_.bytes() <= options_.max_queued_bytes / 2) {
    wants_room_ = false;
    handlers_.room();
  }
}

void Session::Impl::close() {
  if (!open_ || closing_) return;
  closing_ = true;
  close_timer_.expires_after(kCloseLimit);
  close_timer_.async_wait([weak = weak_from_this()](const error_code& error) {
    const auto self = weak.lock();
    if (self && !error) self->drop();
  });
  if (!writing_) send_close();
}

void Session::Impl::send_close() {
  stream_.async_close(websocket::close_code::normal, [self = shared_from_this()](const error_code&) {});
}

Session::Session(asio::io_context& io, SessionOptions options, SessionHandlers handlers)
    : impl_(std::make_shared<Impl>(io, std::move(options), std::move(handlers))) {}
Session::~Session() {
  impl_->drop();
}

asio::awaitable<Result<void>> Session::open() {
  const auto impl = impl_;
  co_return co_await impl->open();
}
asio::awaitable<Error> Session::run() {
  const auto impl = impl_;
  co_return co_await impl->run();
}
bool Session::send(const wire::HubMessage& message) {
  return impl_->send(message);
}
void Session::close() {
  impl_->close();
}
bool Session::hearth_peer() const {
  return impl_->hearth_peer();
}
std::chrono::seconds Session::retry_after() const {
  return impl_->retry_after();
}

}  // namespace hearth::edgehub
