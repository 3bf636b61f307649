// SPDX-License-Identifier: Apache-2.0
// Keys and certificates: what host and cloud need to know each other. ECDSA P-256 throughout, as KubeEdge has
// it.
// Thread: any, pure functions.   Errors: broken DER or PEM, and what OpenSSL refuses, give an Error.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "sdk/base/error.hpp"
#include "sdk/base/time.hpp"

namespace hearth::net {

struct Subject {
  std::string common_name;
  std::vector<std::string> organizations;
  bool operator==(const Subject&) const = default;
};

/// A certificate and its key, both PEM.
struct Identity {
  std::string certificate_pem;
  std::string key_pem;
};

enum class Usage { client, server };

struct SignOptions {
  std::vector<Usage> usages;
  std::vector<std::string> alt_names;  ///< DNS names and IP addresses, told apart by their form
  std::chrono::seconds lifetime{std::chrono::hours(24 * 365)};
};

struct CertificateInfo {
  Subject subject;
  std::vector<std::string> alt_names;
  WallTime not_before;
  WallTime not_after;
};

Result<std::string> make_key_pem();
Result<Identity> make_ca(const Subject& subject, std::chrono::seconds lifetime);
/// A fresh key with a certificate signed by the CA.
Result<Identity> make_identity(const Identity& ca, const Subject& subject, const SignOptions& options);

/// PKCS#10 request, DER.
Result<std::string> make_csr_der(std::string_view key_pem, const Subject& subject);
Result<Subject> csr_subject(std::string_view csr_der);
/// The certificate as PEM; checks the request's own signature. The subject is the request's.
Result<std::string> sign_csr(const Identity& ca, std::string_view csr_der, const SignOptions& options);

Result<CertificateInfo> certificate_info(std::string_view certificate_pem);
Result<std::string> certificate_pem_to_der(std::string_view pem);
Result<std::string> certificate_der_to_pem(std::string_view der);
/// SEC1 DER of an EC key: KubeEdge's HMAC key for join tokens.
Result<std::string> key_pem_to_der(std::string_view key_pem);

/// Lower-case hex.
std::string sha256_hex(std::string_view bytes);

}  // namespace hearth::net
