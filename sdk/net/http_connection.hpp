// SPDX-License-Identifier: Apache-2.0
// One accepted connection of the HTTP server: handshake, requests one after the other, their answers.
// Thread: the strand of its socket; close() and run() are called on it.
// Errors: end the connection; the peer gets a status where HTTP has one.
#pragma once

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <memory>
#include <optional>

#include "sdk/net/http_server.hpp"
#include "sdk/net/stream.hpp"

namespace hearth::net {

class HttpConnection final : public ResponseWriter, public std::enable_shared_from_this<HttpConnection> {
 public:
  HttpConnection(Tcp::socket socket, const HttpServerOptions& options, HttpHandler handler);

  /// Serves until either side ends it. `self` keeps the connection alive meanwhile.
  static boost::asio::awaitable<void> run(std::shared_ptr<HttpConnection> self);
  /// Ends everything under way.
  void close();
  boost::asio::any_io_executor executor() { return stream_.get_executor(); }

  boost::asio::awaitable<Result<void>> send(HttpResponse response) override;
  boost::asio::awaitable<Result<void>> start(int status, Headers headers) override;
  boost::asio::awaitable<Result<void>> write(std::string chunk) override;
  boost::asio::awaitable<Result<void>> finish() override;
  boost::asio::awaitable<void> closed() override;

 private:
  using Parser = boost::beast::http::request_parser<boost::beast::http::string_body>;
  using Response = boost::beast::http::response<boost::beast::http::string_body>;
  enum class Answer { none, streaming, complete };

  boost::asio::awaitable<void> serve();
  boost::asio::awaitable<bool> shake_hands();
  /// Sets parser_; false when the connection is to end.
  boost::asio::awaitable<bool> read_request();
  boost::asio::awaitable<boost::system::error_code> read_first_byte();
  boost::asio::awaitable<boost::system::error_code> read_header();
  boost::asio::awaitable<boost::system::error_code> read_body();
  boost::asio::awaitable<bool> wait_for_input();
  boost::asio::awaitable<void> refuse(boost::system::error_code failed);
  boost::asio::awaitable<void> discard_input();
  boost::asio::awaitable<void> handle();
  boost::asio::awaitable<void> say_goodbye();
  boost::asio::awaitable<Result<void>> write_message(std::shared_ptr<Response> message);
  boost::asio::awaitable<Result<void>> after_write(boost::system::error_code failed);

  Response make_head(int status, const Headers& headers) const;
  HttpRequest take_request();
  void watch_peer();
  void arm(std::chrono::milliseconds after);

  const HttpServerOptions& options_;  ///< the server's; kept alive by whoever spawned run()
  HttpHandler handler_;
  AnyStream stream_;
  Deadline deadline_;
  boost::asio::steady_timer input_or_end_;  ///< cancelled to wake whoever waits for either
  boost::beast::flat_buffer buffer_;
  std::optional<Parser> parser_;
  std::optional<CertificateInfo> peer_;
  std::string remote_;
  unsigned version_ = 11;
  bool head_only_ = false;
  bool keep_alive_ = true;
  bool watching_ = false;  ///< a read is under way while a handler answers
  bool gone_ = false;
  Answer answer_ = Answer::none;
};

}  // namespace hearth::net
