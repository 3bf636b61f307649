// SPDX-License-Identifier: Apache-2.0
// Certificates and certificate requests of peers, DER and PEM.
#include "sdk/net/x509.hpp"

#include "tests/fuzz/fuzz.hpp"

namespace {

using namespace hearth;

net::Identity make_cloud() {
  return net::make_ca({"hearth", {}}, std::chrono::hours(24 * 365)).value();
}

void fuzz_certificate(std::string_view der) {
  const auto pem = net::certificate_der_to_pem(der);
  if (!pem) return;
  fuzz::require(net::certificate_info(*pem).has_value(), "a certificate can be described");
  fuzz::require(net::certificate_pem_to_der(*pem).has_value(), "a certificate survives PEM");
}

void fuzz_request(std::string_view der) {
  static const auto kCloud = make_cloud();
  const auto subject = net::csr_subject(der);
  const auto certificate = net::sign_csr(kCloud, der, {{net::Usage::client}, {}, std::chrono::hours(1)});
  if (!certificate) return;
  const auto info = net::certificate_info(*certificate);
  fuzz::require(subject && info, "a request that was signed has a subject");
  fuzz::require(info->subject == *subject, "a certificate's subject is the request's");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = fuzz::as_text(data, size);
  fuzz_request(text);
  fuzz_certificate(text);
  (void)net::certificate_info(text);
  (void)net::certificate_pem_to_der(text);
  (void)net::key_pem_to_der(text);
  return 0;
}
