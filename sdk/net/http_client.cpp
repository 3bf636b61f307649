// SPDX-License-Identifier: Apache-2.0
#include "sdk/net/http_client.hpp"

#include <fmt/format.h>
#include <sys/socket.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

#include "sdk/net/server_check.hpp"
#include "sdk/net/stream.hpp"

namespace hearth::net {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using boost::system::error_code;

namespace {

constexpr std::size_t kMaxHeader = 64 * 1024;
constexpr std::size_t kPiece = 16 * 1024;

bool is_idempotent(std::string_view method) {
  return method == "GET" || method == "HEAD" || method == "PUT" || method == "DELETE" || method == "OPTIONS";
}

template <class Message>
HttpResponse to_response(const Message& message) {
  HttpResponse response;
  response.status = static_cast<int>(message.result_int());
  for (const auto& field : message)
    response.headers.add(std::string(field.name_string()), std::string(field.value()));
  return response;
}

std::string host_header(const Url& server) {
  const bool v6 = server.host.find(':') != server.host.npos;
  return fmt::format("{}:{}", v6 ? "[" + server.host + "]" : server.host, server.port);
}

}  // namespace

class HttpClient::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(asio::any_io_executor executor, Url server, TlsContext tls, HttpClientOptions options)
      : executor_(std::move(executor)),
        server_(std::move(server)),
        tls_(std::move(tls)),
        options_(options),
        resolver_(executor_),
        deadline_(executor_) {}

  static asio::awaitable<Result<HttpResponse>> request(std::shared_ptr<Impl> self, HttpRequest request) {
    auto sent = co_await self->send(request);
    if (!sent) co_return sent.error();
    http::response_parser<http::string_body> parser(std::move(self->head_.value()));
    auto answer = co_await self->read_body(parser);
    co_return answer;
  }

  static asio::awaitable<Result<HttpResponse>> stream(std::shared_ptr<Impl> self, HttpRequest request,
                                                      std::function<bool(std::string_view)> on_data,
                                                      std::chrono::milliseconds idle) {
    auto sent = co_await self->send(request);
    if (!sent) co_return sent.error();
    if (self->head_->get().result() != http::status::ok) {
      http::response_parser<http::string_body> parser(std::move(self->head_.value()));
      auto answer = co_await self->read_body(parser);
      co_return answer;
    }
    http::response_parser<http::buffer_body> parser(std::move(self->head_.value()));
    auto answer = co_await self->read_pieces(parser, std::move(on_data), idle);
    co_return answer;
  }

  void close() {
    asio::dispatch(executor_, [self = shared_from_this()] {
      ++self->closes_;
      self->abort();
    });
  }

 private:
  using Request = http::request<http::string_body>;

  /// Sends and reads the head of the answer into head_, on the kept connection or on a new one.
  asio::awaitable<Result<void>> send(const HttpRequest& request) {
    const auto closes = closes_;
    const auto message = make_message(request);
    head_only_ = request.method == "HEAD";
    timed_out_ = false;
    // A server that ended the kept connection meanwhile is seen here, before anything was written.
    if (stream_ && has_input()) drop();
    const bool kept = stream_.has_value();
    arm(options_.timeout);
    auto failed = co_await exchange(*message);
    const bool again = failed && kept && !got_input_ && !timed_out_ && is_idempotent(request.method);
    if (again && closes == closes_) {
      drop();
      failed = co_await exchange(*message);
    }
    if (!failed) co_return Result<void>();
    deadline_.stop();
    drop();
    co_return explain(*std::move(failed), closes);
  }

  /// What went wrong, if anything.
  asio::awaitable<std::optional<Error>> exchange(const Request& message) {
    got_input_ = false;
    if (!stream_) {
      auto failed = co_await connect();
      if (failed) co_return failed;
    }
    auto [failed, size] = co_await http::async_write(*stream_, message, kTuple);
    if (failed) co_return lost(failed);
    head_.emplace();
    head_->header_limit(kMaxHeader);
    head_->body_limit(options_.max_body);
    head_->skip(head_only_);
    std::tie(failed, size) = co_await http::async_read_header(*stream_, buffer_, *head_, kTuple);
    got_input_ = size > 0 || buffer_.size() > 0;
    if (failed) co_return lost(failed);
    co_return std::nullopt;
  }

  asio::awaitable<std::optional<Error>> connect() {
    buffer_.clear();
    auto [failed, found] = co_await resolver_.async_resolve(server_.host, server_.port, kTuple);
    if (failed) co_return lost(failed);
    stream_.emplace(Tcp::socket(executor_), tls_);
    auto [refused, endpoint] = co_await asio::async_connect(stream_->socket(), found, kTuple);
    if (refused) co_return lost(refused);
    stream_->socket().set_option(Tcp::no_delay(true), failed);
    if (!tls_) co_return std::nullopt;
    co_return co_await shake_hands();
  }

  asio::awaitable<std::optional<Error>> shake_hands() {
    auto& tls = *stream_->tls();
    expect_server(tls.native_handle(), server_.host);
    const auto [failed] = co_await tls.async_handshake(asio::ssl::stream_base::client, kTuple);
    if (!failed) co_return std::nullopt;
    auto untrusted = untrusted_server(tls.native_handle(), server_.host);
    if (!untrusted || timed_out_) co_return lost(failed);
    co_return std::move(*untrusted).within(fmt::format("{}:{}", server_.host, server_.port));
  }

  template <class Parser>
  asio::awaitable<Result<HttpResponse>> read_body(Parser& parser) {
    const auto closes = closes_;
    error_code failed;
    if (!parser.is_done()) {
      std::size_t size = 0;
      std::tie(failed, size) = co_await http::async_read(*stream_, buffer_, parser, kTuple);
    }
    deadline_.stop();
    if (failed) {
      drop();
      co_return explain(lost(failed), closes);
    }
    auto response = to_response(parser.get());
    response.body = std::move(parser.get().body());
    if (!parser.get().keep_alive()) drop();
    co_return response;
  }

  asio::awaitable<Result<HttpResponse>> read_pieces(http::response_parser<http::buffer_body>& parser,
                                                    std::function<bool(std::string_view)> on_data,
                                                    std::chrono::milliseconds idle) {
    const auto closes = closes_;
    parser.body_limit(boost::none);
    const auto response = to_response(parser.get());
    std::array<char, kPiece> piece;
    while (!parser.is_done()) {
      arm(idle);
      parser.get().body().data = piece.data();
      parser.get().body().size = piece.size();
      auto [failed, size] = co_await http::async_read_some(*stream_, buffer_, parser, kTuple);
      deadline_.stop();
      const auto filled = piece.size() - parser.get().body().size;
      const bool wanted = filled == 0 || on_data(std::string_view(piece.data(), filled));
      if (failed == http::error::need_buffer) failed = {};
      if (!failed && wanted) continue;
      drop();
      if (!wanted) co_return response;
      co_return explain(lost(failed), closes);
    }
    deadline_.stop();
    if (!parser.get().keep_alive()) drop();
    co_return response;
  }

  std::shared_ptr<Request> make_message(const HttpRequest& request) const {
    auto message = std::make_shared<Request>();
    message->version(11);
    message->method_string(request.method);
    message->target(request.target);
    message->set(http::field::host, host_header(server_));
    message->set(http::field::user_agent, "hearth/" HEARTH_VERSION);
    for (const auto& [name, value] : request.headers) {
      const bool splits_header = value.find_first_of("\r\n") != value.npos;
      if (!splits_header) message->set(name, value);
    }
    message->body() = request.body;
    const bool may_have_body = request.method != "GET" && request.method != "HEAD";
    if (may_have_body || !request.body.empty()) message->content_length(request.body.size());
    return message;
  }

  /// On an idle connection anything to read is its end, or an alert that says so.
  bool has_input() {
    char byte = 0;
    const auto got = ::recv(stream_->socket().native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return got >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
  }

  void arm(std::chrono::milliseconds after) {
    deadline_.start(after, [weak = weak_from_this()] {
      const auto self = weak.lock();
      if (!self) return;
      self->timed_out_ = true;
      self->abort();
    });
  }

  /// Makes what is pending fail; the coroutine that owns it cleans up.
  void abort() {
    resolver_.cancel();
    if (stream_) stream_->close();
  }

  void drop() {
    if (stream_) stream_->close();
    stream_.reset();
    buffer_.clear();
  }

  Error lost(error_code failed) const {
    return unavailable("LinkFailed", fmt::format("{}:{}: {}", server_.host, server_.port, failed.message()));
  }

  /// Our own deadline and close() show as an aborted operation; say which it was.
  Error explain(Error error, std::uint64_t closes) const {
    const auto where = fmt::format("{}:{}", server_.host, server_.port);
    if (timed_out_) return {ErrorClass::timeout, "Timeout", where + ": no answer in time"};
    if (closes != closes_) return unavailable("Closed", where + ": the request was given up");
    return error;
  }

  const asio::any_io_executor executor_;
  const Url server_;
  const TlsContext tls_;
  const HttpClientOptions options_;
  Tcp::resolver resolver_;
  Deadline deadline_;
  std::optional<AnyStream> stream_;
  boost::beast::flat_buffer buffer_;
  std::optional<http::response_parser<http::empty_body>> head_;
  bool head_only_ = false;
  bool got_input_ = false;
  bool timed_out_ = false;
  std::uint64_t closes_ = 0;
};

HttpClient::HttpClient(asio::any_io_executor executor, Url server, TlsContext tls, HttpClientOptions options)
    : impl_(std::make_shared<Impl>(std::move(executor), std::move(server), std::move(tls), options)) {}
HttpClient::~HttpClient() {
  impl_->close();
}

asio::awaitable<Result<HttpResponse>> HttpClient::request(HttpRequest request) {
  return Impl::request(impl_, std::move(request));
}

asio::awaitable<Result<HttpResponse>> HttpClient::stream(HttpRequest request,
                                                         std::function<bool(std::string_view)> on_data,
                                                         std::chrono::milliseconds idle) {
  return Impl::stream(impl_, std::move(request), std::move(on_data), idle);
}

void HttpClient::close() {
  impl_->close();
}

}  // namespace hearth::net
