// SPDX-License-Identifier: Apache-2.0
#include "host/hub/session.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

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
#include <deque>

#include "sdk/base/time.hpp"
#include "sdk/wire/hub_message.hpp"

namespace hearth::edgehub {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = beast::websocket;
using asio::ip::tcp;
using boost::system::error_code;

constexpr auto kNoThrow = asio::as_tuple(asio::use_awaitable);
constexpr std::chrono::seconds kCloseLimit{1};

// The cloud sends nothing of its own accord. A dead link shows in our keepalives: unconfirmed by the peer's
// TCP for this long, the kernel breaks it.
constexpr int kUserTimeoutMs = 20'000;
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

bool is_address(const std::string& host) {
  error_code error;
  asio::ip::make_address(host, error);
  return !error;
}

/// The certificate must name the host dialled; a name is also told to the server (SNI).
void expect_host(SSL* ssl, const std::string& host) {
  if (is_address(host)) {
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host.c_str());
  } else {
    SSL_set1_host(ssl, host.c_str());
    SSL_set_tlsext_host_name(ssl, host.c_str());
  }
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

}  // namespace

class Session::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(asio::io_context& io, SessionOptions options, FrameHandler on_frame)
      : options_(std::move(options)),
        on_frame_(std::move(on_frame)),
        resolver_(io),
        stream_(io, *options_.tls),
        keepalive_timer_(io),
        write_timer_(io),
        close_timer_(io) {}

  asio::awaitable<Result<void>> open();
  asio::awaitable<Error> run();
  bool send(std::string frame);
  void close();
  void drop();
  bool hearth_peer() const { return hearth_peer_; }

 private:
  asio::awaitable<Result<void>> connect();
  asio::awaitable<Result<void>> secure();
  asio::awaitable<Result<void>> upgrade();
  void keepalive();
  void write_next();
  void written(const error_code& error);
  void send_close();
  Error broken(std::string why) const {
    return unavailable("LinkDown", "cloud " + host_and_port(options_.cloud) + ": " + std::move(why));
  }

  SessionOptions options_;
  FrameHandler on_frame_;
  tcp::resolver resolver_;
  websocket::stream<beast::ssl_stream<beast::tcp_stream>> stream_;
  asio::steady_timer keepalive_timer_;
  asio::steady_timer write_timer_;
  asio::steady_timer close_timer_;
  std::deque<std::string> queue_;
  std::size_t queued_bytes_ = 0;
  bool open_ = false;
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
  tcp_stream.expires_after(options_.open_limit);
  const auto [error, endpoint] = co_await tcp_stream.async_connect(addresses, kNoThrow);
  if (error) co_return broken(in_words(error));
  detect_dead_peer(tcp_stream.socket().native_handle());
  co_return Result<void>();
}

asio::awaitable<Result<void>> Session::Impl::secure() {
  auto& tls = stream_.next_layer();
  expect_host(tls.native_handle(), options_.cloud.host);
  const auto [error] = co_await tls.async_handshake(asio::ssl::stream_base::client, kNoThrow);
  if (!error) co_return Result<void>();
  const long verified = SSL_get_verify_result(tls.native_handle());
  if (verified != X509_V_OK) {
    co_return broken(std::string("its certificate is not accepted: ") +
                     X509_verify_cert_error_string(verified));
  }
  co_return broken("TLS: " + in_words(error));
}

asio::awaitable<Result<void>> Session::Impl::upgrade() {
  beast::get_lowest_layer(stream_).expires_never();  // the WebSocket has timeouts of its own
  stream_.set_option(
      websocket::stream_base::timeout{options_.open_limit, websocket::stream_base::none(), false});
  stream_.set_option(websocket::stream_base::decorator([this](websocket::request_type& request) {
    request.set("node_id", options_.node_name);
    request.set("project_id", options_.project_id);
    request.set("ConnectionUse", "msg");
    request.set(std::string(wire::kHearthProtocolHeader), "1");
    request.set(beast::http::field::user_agent, "hearth-host/" HEARTH_VERSION);
  }));
  stream_.read_message_max(wire::kMaxHubMessageSize);
  stream_.auto_fragment(false);
  stream_.text(true);
  const std::string target = "/" + options_.project_id + "/" + options_.node_name + "/events";
  const std::string host = host_and_port(options_.cloud);
  websocket::response_type answer;
  const auto [error] = co_await stream_.async_handshake(answer, host, target, kNoThrow);
  if (error == websocket::error::upgrade_declined) {
    co_return broken("it answered the upgrade with status " + std::to_string(answer.result_int()));
  }
  if (error) co_return broken(in_words(error));
  hearth_peer_ = answer[std::string(wire::kHearthProtocolHeader)] == "1";
  open_ = true;
  co_return Result<void>();
}

asio::awaitable<Error> Session::Impl::run() {
  keepalive();
  beast::flat_buffer buffer;
  error_code ended;
  while (!ended) {
    const auto [error, size] = co_await stream_.async_read(buffer, kNoThrow);
    ended = error;
    if (ended) break;
    on_frame_({static_cast<const char*>(buffer.data().data()), buffer.size()});
    buffer.consume(buffer.size());
  }
  drop();
  co_return broken(failure_.empty() ? in_words(ended) : failure_);
}

void Session::Impl::drop() {
  open_ = false;
  keepalive_timer_.cancel();
  write_timer_.cancel();
  close_timer_.cancel();
  beast::get_lowest_layer(stream_).close();
}

/// First at once: the cloud closes a session without keepalives, whatever else is sent.
void Session::Impl::keepalive() {
  if (!open_) return;
  send(wire::print(wire::make_keepalive(to_unix_ms(std::chrono::system_clock::now()))));
  keepalive_timer_.expires_after(options_.keepalive);
  keepalive_timer_.async_wait([weak = weak_from_this()](const error_code& error) {
    const auto self = weak.lock();
    if (self && !error) self->keepalive();
  });
}

bool Session::Impl::send(std::string frame) {
  if (!open_ || closing_ || queued_bytes_ + frame.size() > options_.max_queued_bytes) return false;
  queued_bytes_ += frame.size();
  queue_.push_back(std::move(frame));
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
  stream_.async_write(
      asio::buffer(queue_.front()),
      [self = shared_from_this()](const error_code& error, std::size_t) { self->written(error); });
}

void Session::Impl::written(const error_code& error) {
  writing_ = false;
  write_timer_.cancel();
  queued_bytes_ -= queue_.front().size();
  queue_.pop_front();
  if (!open_) return;
  if (error) {
    failure_ = in_words(error);
    drop();
  } else if (!queue_.empty()) {
    write_next();
  } else if (closing_) {
    send_close();
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

Session::Session(asio::io_context& io, SessionOptions options, FrameHandler on_frame)
    : impl_(std::make_shared<Impl>(io, std::move(options), std::move(on_frame))) {}
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
bool Session::send(std::string frame) {
  return impl_->send(std::move(frame));
}
void Session::close() {
  impl_->close();
}
bool Session::hearth_peer() const {
  return impl_->hearth_peer();
}

}  // namespace hearth::edgehub
