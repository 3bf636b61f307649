// SPDX-License-Identifier: Apache-2.0
// HTTPS on port 10002: CA download and certificate signing for nodes that show a join token or their current
// certificate.
// Thread: the executor's; no state that changes.
// Errors: 401 without token and certificate, or with one whose grace is over; 400 for a token that is not good and for a body
// that is no CSR; 403 for what is not this node's.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "sdk/base/metrics.hpp"
#include "sdk/base/time.hpp"
#include "sdk/net/http_server.hpp"
#include "sdk/net/x509.hpp"

namespace hearth::cloudhub {

/// `<sha256 of the CA's DER>.<HS256 JWT with exp>`: KubeEdge's join token (kubeedge wire A.4).
Result<std::string> make_join_token(const net::Identity& ca, WallTime expires);
/// `bearer` is the JWT part. The error says whether it is malformed, foreign or expired.
Result<void> check_join_token(const net::Identity& ca, std::string_view bearer, WallTime now);

struct CertServerOptions {
  std::string listen = "127.0.0.1:10002";
  std::chrono::seconds certificate_lifetime{std::chrono::hours(24 * 365)};
  /// So long after its end a node's certificate is still good for getting the next one, here and nowhere else.
  std::chrono::seconds renewal_grace{std::chrono::hours(24 * 30)};
  /// For GET /node/<name>, by which keadm finds out whether a name is taken. From any thread.
  std::function<bool(const std::string& node)> node_exists = [](const std::string&) { return false; };
};

class CertServer {
 public:
  /// `tls` asks for client certificates: requested_even_expired, for the grace.
  CertServer(boost::asio::any_io_executor executor, CertServerOptions options, net::Identity ca,
             net::TlsContext tls, Metrics& metrics, Clock clock = system_clock());
  ~CertServer();
  Result<void> start();
  std::uint16_t port() const;
  void stop();

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace hearth::cloudhub
