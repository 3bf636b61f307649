// SPDX-License-Identifier: Apache-2.0
#include "sdk/net/tls.hpp"

#include <boost/asio/buffer.hpp>

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

}  // namespace

Result<TlsContext> make_server_tls(const Identity& identity, const std::string& client_ca_pem,
                                   ClientCertificate ask) {
  auto context = make_context(ssl::context::tls_server);
  if (auto used = use_identity(*context, identity); !used) return used.error();
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
