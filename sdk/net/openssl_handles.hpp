// SPDX-License-Identifier: Apache-2.0
// Owners for OpenSSL objects, and its error queue in words.
// Thread: plain values; OpenSSL's error queue is per thread.   Errors: openssl_error() makes one.
#pragma once

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>

#include <array>
#include <memory>
#include <string>
#include <string_view>

#include "sdk/base/error.hpp"

namespace hearth::net {

template <auto Free>
struct OpenSslFree {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};

using BioPtr = std::unique_ptr<BIO, OpenSslFree<BIO_free_all>>;
using KeyPtr = std::unique_ptr<EVP_PKEY, OpenSslFree<EVP_PKEY_free>>;
using CertificatePtr = std::unique_ptr<X509, OpenSslFree<X509_free>>;
using RequestPtr = std::unique_ptr<X509_REQ, OpenSslFree<X509_REQ_free>>;
using NamePtr = std::unique_ptr<X509_NAME, OpenSslFree<X509_NAME_free>>;
using ExtensionPtr = std::unique_ptr<X509_EXTENSION, OpenSslFree<X509_EXTENSION_free>>;
using BigNumPtr = std::unique_ptr<BIGNUM, OpenSslFree<BN_free>>;
using AltNamesPtr = std::unique_ptr<GENERAL_NAMES, OpenSslFree<GENERAL_NAMES_free>>;

/// Takes what OpenSSL left in its error queue; `what` says what was being done.
inline Error openssl_error(std::string code, std::string_view what) {
  std::array<char, 256> reason{};
  const auto number = ERR_get_error();
  if (number != 0) ERR_error_string_n(number, reason.data(), reason.size());
  ERR_clear_error();
  return invalid(std::move(code),
                 std::string(what) + (number == 0 ? "" : std::string(" (") + reason.data() + ")"));
}

/// A read-only view; the text must outlive it.
inline BioPtr memory_bio(std::string_view text) {
  return BioPtr(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

inline std::string bio_text(BIO* bio) {
  const char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return size > 0 ? std::string(data, static_cast<std::size_t>(size)) : std::string();
}

/// The facts of a certificate that OpenSSL holds already, such as a TLS peer's.
struct CertificateInfo;
CertificateInfo describe_certificate(X509* certificate);

}  // namespace hearth::net
