// SPDX-License-Identifier: Apache-2.0
#include "sdk/net/tls.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/ssl/verify_context.hpp>
#include <mutex>

#include "sdk/net/openssl_handles.hpp"

namespace hearth::net {
namespace {

namespace ssl = boost::asio::ssl;
using boost::system::error_code;

TlsContext make_context(ssl::context::method method) {
  auto made = std::make_shared<ssl::context>(method);
  SSL_CTX_set_min_proto_version(made->native_handle(), TLS1_2_VERSION);
  // A peer that ends TCP without TLS's goodbye (Go does on exit) is an ordinary end of stream.
  SSL_CTX_set_options(made->native_handle(), SSL_OP_IGNORE_UNEXPECTED_EOF | SSL_OP_NO_RENEGOTIATION);
  return made;
}

Result<void> use_identity(ssl::context& context, const Identity& identity) {
  error_code failed;
  context.use_certificate_chain(boost::asio::buffer(identity.certificate_pem), failed);
  if (failed) return invalid("BadCertificate", "a certificate in PEM was expected: " + failed.message());
  context.use_private_key(boost::asio::buffer(identity.key_pem), ssl::context::pem, failed);
  if (failed)
    return invalid("BadKey", "the private key of the certificate was expected: " + failed.message());
  return {};
}

Result<void> use_ca(ssl::context& context, const std::string& pem) {
  error_code failed;
  context.add_certificate_authority(boost::asio::buffer(pem), failed);
  if (failed) return invalid("BadCertificate", "CA certificates in PEM were expected: " + failed.message());
  return {};
}

/// In place of OpenSSL's verdict on one certificate.
bool passes_even_expired(bool good, ssl::verify_context& context) {
  if (good) return true;
  auto* store = context.native_handle();
  const bool own = X509_STORE_CTX_get_error_depth(store) == 0;
  if (!own || X509_STORE_CTX_get_error(store) != X509_V_ERR_CERT_HAS_EXPIRED) return false;
  X509_STORE_CTX_set_error(store, X509_V_OK);
  return true;
}

}  // namespace

/// A context of its own holds certificate and key, so that OpenSSL reads and checks them.
class ServerIdentity::Impl {
 public:
  Result<void> replace(const Identity& identity) {
    auto context = make_context(ssl::context::tls_server);
    if (auto used = use_identity(*context, identity); !used) return used.error();
    const std::lock_guard lock(mutex_);
    context_ = std::move(context);
    return {};
  }

  /// OpenSSL asks this at the beginning of each handshake.
  static int show(SSL* connection, void* self) {
    const auto context = static_cast<Impl*>(self)->current();
    auto* shown = context->native_handle();
    const bool ok = SSL_use_certificate(connection, SSL_CTX_get0_certificate(shown)) == 1 &&
                    SSL_use_PrivateKey(connection, SSL_CTX_get0_privatekey(shown)) == 1;
    return ok ? 1 : 0;
  }

 private:
  TlsContext current() const {
    const std::lock_guard lock(mutex_);
    return context_;
  }

  mutable std::mutex mutex_;
  TlsContext context_;
};

ServerIdentity::ServerIdentity(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ServerIdentity::~ServerIdentity() = default;

Result<std::shared_ptr<ServerIdentity>> ServerIdentity::make(const Identity& identity) {
  auto impl = std::make_unique<Impl>();
  if (auto used = impl->replace(identity); !used) return used.error();
  return std::make_shared<ServerIdentity>(std::move(impl));
}

Result<void> ServerIdentity::replace(const Identity& identity) {
  return impl_->replace(identity);
}

Result<TlsContext> make_server_tls(const Identity& identity, const std::string& client_ca_pem,
                                   ClientCertificate ask) {
  auto made = ServerIdentity::make(identity);
  if (!made) return made.error();
  return make_server_tls(*std::move(made), client_ca_pem, ask);
}

Result<TlsContext> make_server_tls(std::shared_ptr<ServerIdentity> identity, const std::string& client_ca_pem,
                                   ClientCertificate ask) {
  auto plain = make_context(ssl::context::tls_server);
  SSL_CTX_set_cert_cb(plain->native_handle(), &ServerIdentity::Impl::show, &identity->impl());
  auto* raw = plain.get();
  // The identity lives as long as the context that asks it.
  TlsContext context(raw, [plain = std::move(plain), identity = std::move(identity)](ssl::context*) {});
  // Sessions are not resumed: a resumed one would skip the check of the client's certificate.
  SSL_CTX_set_session_cache_mode(context->native_handle(), SSL_SESS_CACHE_OFF);
  SSL_CTX_set_options(context->native_handle(), SSL_OP_NO_TICKET);
  switch (ask) {
    case ClientCertificate::ignored:
      context->set_verify_mode(ssl::verify_none);
      return context;
    case ClientCertificate::requested:
      context->set_verify_mode(ssl::verify_peer);
      break;
    case ClientCertificate::requested_even_expired:
      context->set_verify_mode(ssl::verify_peer);
      context->set_verify_callback(&passes_even_expired);
      break;
    case ClientCertificate::required:
      context->set_verify_mode(ssl::verify_peer | ssl::verify_fail_if_no_peer_cert);
      break;
  }
  if (auto used = use_ca(*context, client_ca_pem); !used) return used.error();
  return context;
}

Result<TlsContext> make_client_tls(const ClientTls& options) {
  auto context = make_context(ssl::context::tls_client);
  context->set_verify_mode(options.ca_pem.empty() ? ssl::verify_none : ssl::verify_peer);
  if (!options.ca_pem.empty()) {
    if (auto used = use_ca(*context, options.ca_pem); !used) return used.error();
  }
  if (options.identity) {
    if (auto used = use_identity(*context, *options.identity); !used) return used.error();
  }
  return context;
}

}  // namespace hearth::net
