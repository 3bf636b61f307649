// SPDX-License-Identifier: Apache-2.0
// An HTTP/1.1 client for one server, one connection that is kept between requests and reopened when it is
// gone.
// Thread: one strand; not to be shared.
// Errors: link, TLS and timeout failures as Errors; statuses are the caller's.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "sdk/base/error.hpp"
#include "sdk/net/http.hpp"
#include "sdk/net/tls.hpp"

namespace hearth::net {

/// scheme://host:port/path; wss and https are TLS. The port defaults by scheme (443, 80).
struct Url {
  std::string scheme;
  std::string host;  ///< IPv6 without brackets
  std::string port;
  std::string path = "/";
  bool tls() const { return scheme == "https" || scheme == "wss" || scheme == "mqtts"; }
};
Result<Url> parse_url(std::string_view text);

/// "127.0.0.1:7443" or "[::1]:7443" in its two halves.
struct HostPort {
  std::string host;
  std::string port;
};
Result<HostPort> parse_host_port(std::string_view text);

struct HttpClientOptions {
  std::chrono::milliseconds timeout{30'000};  ///< connect, or one whole request that is not a stream
  std::size_t max_body = 256 * 1024 * 1024;
};

class HttpClient {
 public:
  /// `tls` may be null for plain http.
  HttpClient(boost::asio::any_io_executor executor, Url server, TlsContext tls,
             HttpClientOptions options = {});
  ~HttpClient();

  boost::asio::awaitable<Result<HttpResponse>> request(HttpRequest request);

  /// For watches: on 200 `on_data` gets each piece of the body as it comes, until the server ends it (the
  /// result is then the head), `on_data` returns false, or nothing came for `idle`. Other statuses come back
  /// with their body.
  boost::asio::awaitable<Result<HttpResponse>> stream(HttpRequest request,
                                                      std::function<bool(std::string_view)> on_data,
                                                      std::chrono::milliseconds idle);
  /// Cancels what is under way.
  void close();

  class Impl;

 private:
  std::shared_ptr<Impl> impl_;
};

}  // namespace hearth::net
