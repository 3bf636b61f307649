// SPDX-License-Identifier: Apache-2.0
#include "sdk/net/http_connection.hpp"

#include <fmt/chrono.h>
#include <spdlog/spdlog.h>

#include <boost/asio/write.hpp>
#include <boost/beast/http/chunk_encode.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>

#include "sdk/net/openssl_handles.hpp"

namespace hearth::net {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::system::error_code;

constexpr std::size_t kMaxHeader = 16 * 1024;
constexpr std::size_t kFirstRead = 4 * 1024;
constexpr std::size_t kMaxDiscarded = 8 * 1024 * 1024;
constexpr std::chrono::seconds kGoodbyeTimeout{2};

Error peer_gone() {
  return unavailable("PeerGone", "the client is gone");
}

std::string http_date() {
  return fmt::format("{:%a, %d %b %Y %H:%M:%S} GMT", fmt::gmtime(std::time(nullptr)));
}

bool has_no_body(int status) {
  return status == 204 || status == 304;
}

HttpResponse plain_text(int status, std::string text) {
  return {status, Headers{{"Content-Type", "text/plain; charset=utf-8"}}, std::move(text)};
}

}  // namespace

HttpConnection::HttpConnection(Tcp::socket socket, const HttpServerOptions& options, HttpHandler handler)
    : options_(options),
      handler_(std::move(handler)),
      stream_(std::move(socket), options.tls),
      deadline_(stream_.get_executor()),
      input_or_end_(stream_.get_executor(), asio::steady_timer::time_point::max()) {
  error_code gone;
  const auto end = stream_.socket().remote_endpoint(gone);
  if (!gone) remote_ = end.address().to_string();
}

void HttpConnection::close() {
  gone_ = true;
  stream_.close();
  deadline_.stop();
  input_or_end_.cancel();
}

void HttpConnection::arm(std::chrono::milliseconds after) {
  deadline_.start(after, [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->close();
  });
}

asio::awaitable<void> HttpConnection::run(std::shared_ptr<HttpConnection> self) {
  error_code ignored;
  self->stream_.socket().set_option(Tcp::no_delay(true), ignored);
  co_await self->serve();
  self->close();
}

asio::awaitable<void> HttpConnection::serve() {
  const bool shaken = co_await shake_hands();
  if (!shaken) co_return;
  while (!gone_) {
    const bool complete = co_await read_request();
    if (!complete) co_return;
    co_await handle();
    if (gone_) co_return;
    if (!keep_alive_) break;
  }
  co_await say_goodbye();
}

asio::awaitable<bool> HttpConnection::shake_hands() {
  auto* tls = stream_.tls();
  if (tls == nullptr) co_return true;
  arm(options_.handshake_timeout);
  const auto [failed] = co_await tls->async_handshake(asio::ssl::stream_base::server, kTuple);
  deadline_.stop();
  if (failed) {
    spdlog::debug("{}: TLS handshake failed: {}", options_.name, failed.message());
    co_return false;
  }
  const CertificatePtr certificate(SSL_get1_peer_certificate(tls->native_handle()));
  if (certificate) peer_ = describe_certificate(certificate.get());
  co_return true;
}

asio::awaitable<bool> HttpConnection::read_request() {
  const bool input = co_await wait_for_input();
  if (!input) co_return false;
  parser_.emplace();
  parser_->header_limit(kMaxHeader);
  parser_->body_limit(options_.max_body);
  auto failed = co_await read_first_byte();
  if (!failed) failed = co_await read_header();
  if (!failed) failed = co_await read_body();
  deadline_.stop();
  if (!failed) co_return true;
  co_await refuse(failed);
  co_return false;
}

/// A connection may be idle for long, a request that has begun may not.
asio::awaitable<error_code> HttpConnection::read_first_byte() {
  if (buffer_.size() > 0) co_return error_code();
  arm(options_.idle_timeout);
  const auto space = buffer_.prepare(kFirstRead);
  const auto [failed, size] = co_await stream_.async_read_some(space, kTuple);
  buffer_.commit(size);
  co_return failed == asio::error::eof ? make_error_code(http::error::end_of_stream) : failed;
}

asio::awaitable<error_code> HttpConnection::read_header() {
  arm(options_.header_timeout);
  const auto [failed, size] = co_await http::async_read_header(stream_, buffer_, *parser_, kTuple);
  if (failed) co_return failed;
  const auto& fields = parser_->get();
  const auto count = static_cast<std::size_t>(std::distance(fields.begin(), fields.end()));
  if (count > options_.max_header_fields) co_return make_error_code(http::error::header_limit);
  co_return error_code();
}

asio::awaitable<error_code> HttpConnection::read_body() {
  if (parser_->is_done()) co_return error_code();
  arm(options_.body_timeout);
  if (beast::iequals(parser_->get()[http::field::expect], "100-continue")) {
    static constexpr std::string_view kGoOn = "HTTP/1.1 100 Continue\r\n\r\n";
    const auto [failed, size] = co_await asio::async_write(stream_, asio::buffer(kGoOn), kTuple);
    if (failed) co_return failed;
  }
  const auto [failed, size] = co_await http::async_read(stream_, buffer_, *parser_, kTuple);
  co_return failed;
}

/// Takes over from the read of watch_peer(), which may still be under way.
asio::awaitable<bool> HttpConnection::wait_for_input() {
  if (watching_) arm(options_.idle_timeout);
  while (watching_) {
    co_await input_or_end_.async_wait(kTuple);
  }
  deadline_.stop();
  co_return !gone_;
}

asio::awaitable<void> HttpConnection::refuse(error_code failed) {
  version_ = 11;
  keep_alive_ = false;
  head_only_ = false;
  answer_ = Answer::none;
  auto response = plain_text(400, "no HTTP/1.1 request\n");
  if (failed == http::error::header_limit) {
    response = plain_text(431, fmt::format("the header is longer than {} bytes or {} fields\n", kMaxHeader,
                                           options_.max_header_fields));
  } else if (failed == http::error::body_limit) {
    response = plain_text(413, fmt::format("the body is longer than {} bytes\n", options_.max_body));
  } else if (failed == http::error::end_of_stream || failed == http::error::partial_message ||
             failed.category() != make_error_code(http::error::bad_method).category()) {
    co_return;
  }
  const auto sent = co_await send(std::move(response));
  if (sent) co_await discard_input();
}

/// Closing with input unread would reset the connection and take our answer with it.
asio::awaitable<void> HttpConnection::discard_input() {
  error_code failed;
  if (stream_.tls() == nullptr) stream_.socket().shutdown(Tcp::socket::shutdown_send, failed);
  arm(kGoodbyeTimeout);
  buffer_.clear();
  std::size_t size = 0;
  for (std::size_t total = 0; !failed && total < kMaxDiscarded; total += size) {
    const auto space = buffer_.prepare(kMaxHeader);
    std::tie(failed, size) = co_await stream_.async_read_some(space, kTuple);
  }
}

HttpRequest HttpConnection::take_request() {
  auto message = parser_->release();
  version_ = message.version();
  keep_alive_ = message.keep_alive();
  head_only_ = message.method() == http::verb::head;
  answer_ = Answer::none;
  HttpRequest request;
  request.method = std::string(message.method_string());
  request.target = std::string(message.target());
  for (const auto& field : message)
    request.headers.add(std::string(field.name_string()), std::string(field.value()));
  request.body = std::move(message.body());
  request.peer = peer_;
  request.remote = remote_;
  return request;
}

asio::awaitable<void> HttpConnection::handle() {
  auto request = take_request();
  std::string failure;
  try {
    co_await handler_(std::move(request), *this);
  } catch (const std::exception& escaped) {
    failure = escaped.what();
  }
  if (!failure.empty() && !gone_) spdlog::error("{}: a request failed: {}", options_.name, failure);
  if (answer_ == Answer::none && !gone_) {
    auto response = plain_text(500, "the request could not be answered\n");
    const auto sent = co_await send(std::move(response));
    if (!sent) close();
  }
  if (answer_ == Answer::streaming) close();  // a cut stream must not look like a complete one
}

asio::awaitable<void> HttpConnection::say_goodbye() {
  if (stream_.tls() == nullptr || watching_) co_return;
  arm(kGoodbyeTimeout);
  co_await stream_.tls()->async_shutdown(kTuple);
}

HttpConnection::Response HttpConnection::make_head(int status, const Headers& headers) const {
  Response head;
  head.version(version_);
  head.result(static_cast<unsigned>(status));
  head.set(http::field::date, http_date());
  for (const auto& [name, value] : headers) {
    const bool splits_header = value.find_first_of("\r\n") != value.npos;
    if (!splits_header) head.insert(name, value);
  }
  head.keep_alive(keep_alive_);
  return head;
}

asio::awaitable<Result<void>> HttpConnection::send(HttpResponse response) {
  if (gone_) co_return peer_gone();
  if (answer_ != Answer::none) co_return internal_error("this request has been answered already");
  answer_ = Answer::complete;
  auto message = std::make_shared<Response>(make_head(response.status, response.headers));
  if (!has_no_body(response.status)) {
    message->content_length(response.body.size());
    if (!head_only_) message->body() = std::move(response.body);
  }
  co_return co_await write_message(std::move(message));
}

asio::awaitable<Result<void>> HttpConnection::write_message(std::shared_ptr<Response> message) {
  arm(options_.write_timeout);
  const auto [failed, size] = co_await http::async_write(stream_, *message, kTuple);
  co_return co_await after_write(failed);
}

asio::awaitable<Result<void>> HttpConnection::after_write(error_code failed) {
  deadline_.stop();
  if (!failed) co_return Result<void>();
  close();
  co_return peer_gone();
}

asio::awaitable<Result<void>> HttpConnection::start(int status, Headers headers) {
  if (gone_) co_return peer_gone();
  if (answer_ != Answer::none) co_return internal_error("this request has been answered already");
  answer_ = Answer::streaming;
  // HTTP/1.0 knows no chunks: the end of the connection ends the body.
  if (version_ < 11) keep_alive_ = false;
  auto head = std::make_shared<Response>(make_head(status, headers));
  if (version_ >= 11) head->chunked(true);
  http::response_serializer<http::string_body> serializer(*head);
  arm(options_.write_timeout);
  const auto [failed, size] = co_await http::async_write_header(stream_, serializer, kTuple);
  co_return co_await after_write(failed);
}

asio::awaitable<Result<void>> HttpConnection::write(std::string chunk) {
  if (gone_) co_return peer_gone();
  if (answer_ != Answer::streaming) co_return internal_error("write() without start()");
  if (chunk.empty() || head_only_) co_return Result<void>();
  arm(options_.write_timeout);
  error_code failed;
  std::size_t size = 0;
  if (version_ >= 11) {
    const auto framed = http::make_chunk(asio::buffer(chunk));
    std::tie(failed, size) = co_await asio::async_write(stream_, framed, kTuple);
  } else {
    std::tie(failed, size) = co_await asio::async_write(stream_, asio::buffer(chunk), kTuple);
  }
  co_return co_await after_write(failed);
}

asio::awaitable<Result<void>> HttpConnection::finish() {
  if (gone_) co_return peer_gone();
  if (answer_ != Answer::streaming) co_return internal_error("finish() without start()");
  answer_ = Answer::complete;
  if (version_ < 11 || head_only_) co_return Result<void>();
  arm(options_.write_timeout);
  const auto last = http::make_chunk_last();
  const auto [failed, size] = co_await asio::async_write(stream_, last, kTuple);
  co_return co_await after_write(failed);
}

/// One read beside the handler: its end is the peer's; bytes are the beginning of the next request.
void HttpConnection::watch_peer() {
  if (watching_ || gone_ || buffer_.size() > 0) return;
  watching_ = true;
  stream_.async_read_some(buffer_.prepare(kMaxHeader),
                          [self = shared_from_this()](error_code failed, std::size_t size) {
                            self->watching_ = false;
                            self->buffer_.commit(size);
                            if (failed) self->gone_ = true;
                            self->input_or_end_.cancel();
                          });
}

asio::awaitable<void> HttpConnection::closed() {
  watch_peer();
  while (!gone_) {
    co_await input_or_end_.async_wait(kTuple);
    const auto state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none) co_return;
  }
}

}  // namespace hearth::net
