// SPDX-License-Identifier: Apache-2.0
// TLS contexts with our rules: TLS 1.2 at least, peers verified against one CA.
// Thread: a context is set up once, then shared read-only.   Errors: unusable PEM gives an Error.
#pragma once

#include <boost/asio/ssl/context.hpp>
#include <memory>
#include <optional>
#include <string>

#include "sdk/base/error.hpp"
#include "sdk/net/x509.hpp"

namespace hearth::net {

using TlsContext = std::shared_ptr<boost::asio::ssl::context>;

enum class ClientCertificate {
  ignored,
  requested,
  requested_even_expired,  ///< one whose time is over is shown to the handler, who must look at it
  required,
};

/// What a server shows of itself; can be replaced while it serves: connections made from then on get the new one.
/// Thread: any.
class ServerIdentity {
 public:
  static Result<std::shared_ptr<ServerIdentity>> make(const Identity& identity);
  Result<void> replace(const Identity& identity);

  class Impl;
  explicit ServerIdentity(std::unique_ptr<Impl> impl);
  ~ServerIdentity();
  Impl& impl() { return *impl_; }

 private:
  std::unique_ptr<Impl> impl_;
};

/// For a listener. Client certificates, where asked for, must chain to `client_ca_pem`.
Result<TlsContext> make_server_tls(std::shared_ptr<ServerIdentity> identity, const std::string& client_ca_pem,
                                   ClientCertificate ask);
Result<TlsContext> make_server_tls(const Identity& identity, const std::string& client_ca_pem,
                                   ClientCertificate ask);

struct ClientTls {
  std::string ca_pem;  ///< empty: the server is not verified (only for the first fetch of the CA)
  std::optional<Identity> identity;  ///< client certificate
};
Result<TlsContext> make_client_tls(const ClientTls& options);

}  // namespace hearth::net
