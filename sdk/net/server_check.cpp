// SPDX-License-Identifier: Apache-2.0
#include "sdk/net/server_check.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <openssl/x509v3.h>

#include <boost/asio/ip/address.hpp>

#include "sdk/base/time.hpp"
#include "sdk/net/openssl_handles.hpp"
#include "sdk/net/x509.hpp"

namespace hearth::net {
namespace {

Error denied(std::string code, std::string text) {
  return {ErrorClass::denied, std::move(code), std::move(text)};
}

/// What the server showed; it is not the session's peer certificate, as it was not accepted.
std::optional<CertificateInfo> shown_certificate(SSL* tls) {
  const auto* chain = SSL_get_peer_cert_chain(tls);
  if (chain == nullptr || sk_X509_num(chain) < 1) return std::nullopt;
  return describe_certificate(sk_X509_value(chain, 0));
}

std::string offered_names(const std::optional<CertificateInfo>& shown) {
  if (!shown || shown->alt_names.empty()) return "names no host";
  return fmt::format("is for {}", fmt::join(shown->alt_names, ", "));
}

}  // namespace

void expect_server(SSL* tls, const std::string& host) {
  boost::system::error_code is_name;
  boost::asio::ip::make_address(host, is_name);
  if (!is_name) {
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(tls), host.c_str());
    return;
  }
  SSL_set1_host(tls, host.c_str());
  SSL_set_tlsext_host_name(tls, host.c_str());
}

std::optional<Error> untrusted_server(SSL* tls, const std::string& host) {
  const long verdict = SSL_get_verify_result(tls);
  if (verdict == X509_V_OK) return std::nullopt;
  const auto shown = shown_certificate(tls);
  switch (verdict) {
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return denied("WrongName", fmt::format("its certificate {}, not for {}: dial one of its names, or start the "
                                             "cloud with --advertise {}",
                                             offered_names(shown), host, host));
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return unavailable("NotYetValid",
                         fmt::format("its certificate is not valid before {}, but this machine's clock says {}",
                                     shown ? to_rfc3339(shown->not_before) : "later",
                                     to_rfc3339(std::chrono::system_clock::now())));
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return denied("UntrustedServer", fmt::format("its certificate expired at {}",
                                                   shown ? to_rfc3339(shown->not_after) : "some time"));
    default:
      return denied("UntrustedServer", fmt::format("its certificate is not trusted: {}",
                                                   X509_verify_cert_error_string(verdict)));
  }
}

}  // namespace hearth::net
