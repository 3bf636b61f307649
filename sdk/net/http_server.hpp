// SPDX-License-Identifier: Apache-2.0
// An HTTP/1.1 listener over TLS or plain: accepts, reads whole requests up to a bound, hands them to one
// handler.
// Thread: each connection lives on its own strand of the executor given; the handler runs there.
// Errors: requests that are no HTTP or too large are answered 400, 413 or 431 and the connection is closed; who is too
// slow is cut off.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "sdk/base/error.hpp"
#include "sdk/net/http.hpp"
#include "sdk/net/tls.hpp"

namespace hearth::net {

/// How a handler answers. Exactly one of: send(); or start(), write() any number of times, finish().
class ResponseWriter {
 public:
  virtual ~ResponseWriter() = default;
  virtual boost::asio::awaitable<Result<void>> send(HttpResponse response) = 0;
  /// Begins a chunked answer; the headers go out at once.
  virtual boost::asio::awaitable<Result<void>> start(int status, Headers headers) = 0;
  virtual boost::asio::awaitable<Result<void>> write(std::string chunk) = 0;
  virtual boost::asio::awaitable<Result<void>> finish() = 0;
  /// Ends when the peer closes or the server stops; to be raced against the source of a stream (operator||).
  virtual boost::asio::awaitable<void> closed() = 0;
};

using HttpHandler = std::function<boost::asio::awaitable<void>(HttpRequest, ResponseWriter&)>;

struct HttpServerOptions {
  std::string listen = "127.0.0.1:0";  ///< address:port, [v6]:port; port 0 = any free one
  TlsContext tls;                      ///< null: plain HTTP
  std::size_t max_body = 3 * 1024 * 1024;
  std::size_t max_header_fields = 100;
  std::chrono::milliseconds idle_timeout{120'000};      ///< between requests of one connection
  std::chrono::milliseconds handshake_timeout{30'000};  ///< for TLS
  std::chrono::milliseconds header_timeout{30'000};  ///< from a request's first byte to the end of its header
  std::chrono::milliseconds body_timeout{60'000};    ///< for the body
  std::chrono::milliseconds write_timeout{
      60'000};  ///< for an answer, or a piece of a stream, to be taken by the peer
  std::size_t max_connections = 4096;
  std::size_t max_connections_per_address = 4096;
  std::string name = "http";  ///< in log lines
};

class HttpServer {
 public:
  HttpServer(boost::asio::any_io_executor executor, HttpServerOptions options, HttpHandler handler);
  ~HttpServer();

  /// Binds and begins to accept. The error names the address and the cause.
  Result<void> start();
  std::uint16_t port() const;
  /// No new connections; open ones are cancelled. Safe from any thread, more than once.
  void stop();

  class Impl;

 private:
  std::shared_ptr<Impl> impl_;
};

}  // namespace hearth::net
