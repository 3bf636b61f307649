// SPDX-License-Identifier: Apache-2.0
// A load generator's HTTPS: keep-alive connections of one thread, on OpenSSL and epoll directly, because it shares the
// processor with the server that it measures. No ALPN: a server that could speak HTTP/2 speaks HTTP/1.1.
// Thread: one.   Errors: std::runtime_error; an unexpected end of a connection is one.
#pragma once

#include <openssl/ssl.h>

#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cloud/kube/kube_client.hpp"

namespace hearth::bench {

class ApiLink {
 public:
  using OnAnswer = std::function<void(int status, std::string_view body)>;
  using OnBytes = std::function<void(std::string_view bytes)>;

  /// Blocks until the handshake is done.
  ApiLink(SSL_CTX* context, const net::Url& server);
  ~ApiLink();
  ApiLink(const ApiLink&) = delete;
  ApiLink& operator=(const ApiLink&) = delete;

  int descriptor() const { return socket_; }
  void send(std::string_view request);
  /// Takes what has arrived; calls on_answer for each whole answer, or on_bytes for what comes after the header.
  void read();

  OnAnswer on_answer;
  OnBytes on_bytes;  ///< set: the answer is a stream, given as it comes, chunk framing and all

 private:
  void take(std::string_view bytes);
  void stream(std::string_view bytes);
  bool parse_some();

  int socket_ = -1;
  SSL* tls_ = nullptr;
  std::string input_;
  bool streaming_ = false;
  std::optional<boost::beast::http::response_parser<boost::beast::http::string_body>> parser_;
};

/// All links, and the one place that waits.
class ApiLoop {
 public:
  using Clock = std::chrono::steady_clock;

  explicit ApiLoop(const std::string& kubeconfig);
  ~ApiLoop();
  ApiLoop(const ApiLoop&) = delete;
  ApiLoop& operator=(const ApiLoop&) = delete;

  ApiLink& open();
  /// Serves the links until there is something to do for the caller: `until` has come, or a read was done.
  void turn(Clock::time_point until);

  /// A request's text; `type` only with a body.
  std::string request(std::string_view method, std::string_view target, std::string_view body = {},
                      std::string_view type = {}) const;

 private:
  kube::Access access_;
  SSL_CTX* context_;
  int poll_;
  std::vector<std::unique_ptr<ApiLink>> links_;
};

}  // namespace hearth::bench
