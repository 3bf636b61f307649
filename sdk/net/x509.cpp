// SPDX-License-Identifier: Apache-2.0
#include "sdk/net/x509.hpp"

#include <fmt/format.h>
#include <openssl/pem.h>
#include <openssl/rand.h>

#include <boost/asio/ip/address.hpp>
#include <ctime>

#include "sdk/net/openssl_handles.hpp"

namespace hearth::net {
namespace {

// A peer whose clock is a little behind must take a certificate made just now.
constexpr long kBackdateSeconds = 300;
// Nothing real comes near; keeps sizes in OpenSSL's int range.
constexpr std::size_t kMaxInput = 1024 * 1024;

using DerBytes = unsigned char*;

/// Runs an i2d_… function twice, for the size and for the bytes.
template <class T, class F>
std::string to_der(T* object, F i2d) {
  const int size = i2d(object, nullptr);
  if (size <= 0) return {};
  std::string der(static_cast<std::size_t>(size), '\0');
  auto out = reinterpret_cast<DerBytes>(der.data());
  i2d(object, &out);
  return der;
}

Result<KeyPtr> read_key(std::string_view pem) {
  if (pem.size() > kMaxInput) return invalid("BadKey", "a private key in PEM was expected, this is too long");
  const auto bio = memory_bio(pem);
  // No password callback: an encrypted key must fail, not ask on the terminal.
  const auto no_password = [](char*, int, int, void*) { return 0; };
  KeyPtr key(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_password, nullptr));
  if (!key) return openssl_error("BadKey", "an unencrypted private key in PEM was expected");
  return key;
}

Result<CertificatePtr> read_certificate(std::string_view pem) {
  if (pem.size() > kMaxInput)
    return invalid("BadCertificate", "a certificate in PEM was expected, this is too long");
  const auto bio = memory_bio(pem);
  CertificatePtr certificate(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
  if (!certificate) return openssl_error("BadCertificate", "a certificate in PEM was expected");
  return certificate;
}

Result<RequestPtr> read_request(std::string_view der) {
  if (der.empty() || der.size() > kMaxInput)
    return invalid("BadCsr", "a certificate request (PKCS#10, DER) was expected");
  auto at = reinterpret_cast<const unsigned char*>(der.data());
  RequestPtr request(d2i_X509_REQ(nullptr, &at, static_cast<long>(der.size())));
  if (!request) return openssl_error("BadCsr", "a certificate request (PKCS#10, DER) was expected");
  return request;
}

Result<std::string> print_certificate(X509* certificate) {
  const BioPtr bio(BIO_new(BIO_s_mem()));
  if (PEM_write_bio_X509(bio.get(), certificate) != 1)
    return openssl_error("BadCertificate", "the certificate could not be written");
  return bio_text(bio.get());
}

Result<KeyPtr> make_key() {
  KeyPtr key(EVP_EC_gen("P-256"));
  if (!key) return openssl_error("KeyFailed", "no P-256 key could be made");
  return key;
}

Result<std::string> print_key(EVP_PKEY* key) {
  const BioPtr bio(BIO_new(BIO_s_mem()));
  if (PEM_write_bio_PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr) != 1)
    return openssl_error("BadKey", "the key could not be written");
  return bio_text(bio.get());
}

Result<NamePtr> make_name(const Subject& subject) {
  NamePtr name(X509_NAME_new());
  // UTF8STRING, not MBSTRING_UTF8: the latter would cut common names to X.520's 64 characters.
  const auto add = [&name](const char* field, const std::string& value) {
    return X509_NAME_add_entry_by_txt(name.get(), field, V_ASN1_UTF8STRING,
                                      reinterpret_cast<const unsigned char*>(value.data()),
                                      static_cast<int>(value.size()), -1, 0) == 1;
  };
  bool ok = true;
  for (const auto& organization : subject.organizations)
    ok = ok && add("O", organization);
  if (!subject.common_name.empty()) ok = ok && add("CN", subject.common_name);
  if (!ok)
    return openssl_error("BadSubject", fmt::format("\"{}\" is no usable subject", subject.common_name));
  return name;
}

std::string entry_text(const X509_NAME_ENTRY* entry) {
  unsigned char* utf8 = nullptr;
  const int size = ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(entry));
  if (size < 0) return {};
  std::string text(reinterpret_cast<const char*>(utf8), static_cast<std::size_t>(size));
  OPENSSL_free(utf8);
  return text;
}

Subject read_name(const X509_NAME* name) {
  Subject subject;
  for (int i = 0; i < X509_NAME_entry_count(name); ++i) {
    const auto* entry = X509_NAME_get_entry(name, i);
    const int kind = OBJ_obj2nid(X509_NAME_ENTRY_get_object(entry));
    if (kind == NID_commonName) subject.common_name = entry_text(entry);
    if (kind == NID_organizationName) subject.organizations.push_back(entry_text(entry));
  }
  return subject;
}

std::string address_text(const ASN1_OCTET_STRING* octets) {
  const auto* bytes = ASN1_STRING_get0_data(octets);
  const auto size = static_cast<std::size_t>(ASN1_STRING_length(octets));
  boost::asio::ip::address_v4::bytes_type v4;
  boost::asio::ip::address_v6::bytes_type v6;
  if (size == v4.size()) {
    std::copy_n(bytes, size, v4.begin());
    return boost::asio::ip::make_address_v4(v4).to_string();
  }
  if (size != v6.size()) return {};
  std::copy_n(bytes, size, v6.begin());
  return boost::asio::ip::make_address_v6(v6).to_string();
}

std::vector<std::string> read_alt_names(const X509* certificate) {
  const AltNamesPtr names(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  std::vector<std::string> found;
  for (int i = 0; names && i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const auto* name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type == GEN_DNS) {
      found.emplace_back(reinterpret_cast<const char*>(ASN1_STRING_get0_data(name->d.dNSName)),
                         static_cast<std::size_t>(ASN1_STRING_length(name->d.dNSName)));
    } else if (name->type == GEN_IPADD) {
      found.push_back(address_text(name->d.iPAddress));
    }
  }
  return found;
}

WallTime read_time(const ASN1_TIME* time) {
  std::tm utc{};
  if (ASN1_TIME_to_tm(time, &utc) != 1) return {};
  return std::chrono::system_clock::from_time_t(timegm(&utc));
}

bool set_random_serial(X509* certificate) {
  std::array<unsigned char, 16> bytes{};
  if (RAND_bytes(bytes.data(), bytes.size()) != 1) return false;
  bytes[0] &= 0x7f;  // RFC 5280: positive
  const BigNumPtr number(BN_bin2bn(bytes.data(), bytes.size(), nullptr));
  return number && BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr;
}

/// For clocks that are a little behind; of a short life no more than a tenth, as it counts as lived.
long backdate(std::chrono::seconds lifetime) {
  return lifetime.count() > 0 ? std::min<long>(kBackdateSeconds, lifetime.count() / 10) : kBackdateSeconds;
}

bool set_validity(X509* certificate, std::chrono::seconds lifetime) {
  const std::time_t now = std::time(nullptr);
  // Counted in days and seconds: X509_time_adj_ex takes centuries where a long of seconds may not.
  const auto days = std::chrono::duration_cast<std::chrono::days>(lifetime);
  const auto rest = (lifetime - days).count();
  std::time_t base = now;
  return X509_gmtime_adj(X509_getm_notBefore(certificate), -backdate(lifetime)) != nullptr &&
         X509_time_adj_ex(X509_getm_notAfter(certificate), static_cast<int>(days.count()),
                          static_cast<long>(rest), &base) != nullptr;
}

bool add_extension(X509* certificate, X509V3_CTX* context, int kind, const std::string& value) {
  const ExtensionPtr made(X509V3_EXT_conf_nid(nullptr, context, kind, value.c_str()));
  return made && X509_add_ext(certificate, made.get(), -1) == 1;
}

std::string usage_text(const std::vector<Usage>& usages) {
  std::string text;
  for (const auto usage : usages) {
    if (!text.empty()) text += ",";
    switch (usage) {
      case Usage::client:
        text += "clientAuth";
        break;
      case Usage::server:
        text += "serverAuth";
        break;
    }
  }
  return text;
}

bool add_alt_name(GENERAL_NAMES* names, const std::string& text) {
  boost::system::error_code no_address;
  const auto address = boost::asio::ip::make_address(text, no_address);
  GENERAL_NAME* name = GENERAL_NAME_new();
  if (name == nullptr || sk_GENERAL_NAME_push(names, name) == 0) {
    GENERAL_NAME_free(name);
    return false;
  }
  if (no_address) {
    auto* dns = ASN1_IA5STRING_new();
    GENERAL_NAME_set0_value(name, GEN_DNS, dns);
    return ASN1_STRING_set(dns, text.data(), static_cast<int>(text.size())) == 1;
  }
  auto* octets = ASN1_OCTET_STRING_new();
  GENERAL_NAME_set0_value(name, GEN_IPADD, octets);
  if (address.is_v4()) {
    const auto bytes = address.to_v4().to_bytes();
    return ASN1_OCTET_STRING_set(octets, bytes.data(), static_cast<int>(bytes.size())) == 1;
  }
  const auto bytes = address.to_v6().to_bytes();
  return ASN1_OCTET_STRING_set(octets, bytes.data(), static_cast<int>(bytes.size())) == 1;
}

/// By value, never by OpenSSL's configuration syntax, in which a comma in a name would add another name.
bool add_alt_names(X509* certificate, const std::vector<std::string>& texts) {
  if (texts.empty()) return true;
  const AltNamesPtr names(sk_GENERAL_NAME_new_null());
  for (const auto& text : texts) {
    if (!names || !add_alt_name(names.get(), text)) return false;
  }
  return X509_add1_ext_i2d(certificate, NID_subject_alt_name, names.get(), 0, X509V3_ADD_DEFAULT) == 1;
}

Result<CertificatePtr> start_certificate(const X509_NAME* subject, EVP_PKEY* key, const X509_NAME* issuer,
                                         std::chrono::seconds lifetime) {
  CertificatePtr made(X509_new());
  const bool ok = made && X509_set_version(made.get(), X509_VERSION_3) == 1 &&
                  set_random_serial(made.get()) && X509_set_subject_name(made.get(), subject) == 1 &&
                  X509_set_issuer_name(made.get(), issuer) == 1 && set_validity(made.get(), lifetime) &&
                  X509_set_pubkey(made.get(), key) == 1;
  if (!ok) return openssl_error("SigningFailed", "the certificate could not be made");
  return made;
}

/// A leaf certificate of `subject` and `key`, signed by the CA.
Result<std::string> sign_leaf(const Identity& ca, const X509_NAME* subject, EVP_PKEY* key,
                              const SignOptions& options) {
  auto issuer = read_certificate(ca.certificate_pem);
  if (!issuer) return std::move(issuer).error().within("CA certificate");
  auto issuer_key = read_key(ca.key_pem);
  if (!issuer_key) return std::move(issuer_key).error().within("CA key");
  auto made = start_certificate(subject, key, X509_get_subject_name(issuer->get()), options.lifetime);
  if (!made) return made.error();

  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer->get(), made->get(), nullptr, nullptr, 0);
  const std::string usages = usage_text(options.usages);
  const bool ok = add_extension(made->get(), &context, NID_basic_constraints, "critical,CA:FALSE") &&
                  add_extension(made->get(), &context, NID_key_usage, "critical,digitalSignature") &&
                  (usages.empty() || add_extension(made->get(), &context, NID_ext_key_usage, usages)) &&
                  add_extension(made->get(), &context, NID_authority_key_identifier, "keyid") &&
                  add_alt_names(made->get(), options.alt_names) &&
                  X509_sign(made->get(), issuer_key->get(), EVP_sha256()) > 0;
  if (!ok) return openssl_error("SigningFailed", "the certificate could not be signed");
  return print_certificate(made->get());
}

}  // namespace

CertificateInfo describe_certificate(X509* certificate) {
  return {read_name(X509_get_subject_name(certificate)), read_alt_names(certificate),
          read_time(X509_get0_notBefore(certificate)), read_time(X509_get0_notAfter(certificate))};
}

Result<std::string> make_key_pem() {
  auto key = make_key();
  if (!key) return key.error();
  return print_key(key->get());
}

Result<Identity> make_ca(const Subject& subject, std::chrono::seconds lifetime) {
  auto key = make_key();
  if (!key) return key.error();
  auto name = make_name(subject);
  if (!name) return name.error();
  auto made = start_certificate(name->get(), key->get(), name->get(), lifetime);
  if (!made) return made.error();
  X509V3_CTX context;
  X509V3_set_ctx(&context, made->get(), made->get(), nullptr, nullptr, 0);
  const bool ok = add_extension(made->get(), &context, NID_basic_constraints, "critical,CA:TRUE") &&
                  add_extension(made->get(), &context, NID_key_usage,
                                "critical,digitalSignature,keyEncipherment,keyCertSign,cRLSign") &&
                  add_extension(made->get(), &context, NID_subject_key_identifier, "hash") &&
                  X509_sign(made->get(), key->get(), EVP_sha256()) > 0;
  if (!ok) return openssl_error("SigningFailed", "the CA certificate could not be signed");
  auto certificate_pem = print_certificate(made->get());
  if (!certificate_pem) return certificate_pem.error();
  auto key_pem = print_key(key->get());
  if (!key_pem) return key_pem.error();
  return Identity{*std::move(certificate_pem), *std::move(key_pem)};
}

Result<Identity> make_identity(const Identity& ca, const Subject& subject, const SignOptions& options) {
  auto key = make_key();
  if (!key) return key.error();
  auto name = make_name(subject);
  if (!name) return name.error();
  auto certificate_pem = sign_leaf(ca, name->get(), key->get(), options);
  if (!certificate_pem) return certificate_pem.error();
  auto key_pem = print_key(key->get());
  if (!key_pem) return key_pem.error();
  return Identity{*std::move(certificate_pem), *std::move(key_pem)};
}

Result<std::string> make_csr_der(std::string_view key_pem, const Subject& subject) {
  auto key = read_key(key_pem);
  if (!key) return key.error();
  auto name = make_name(subject);
  if (!name) return name.error();
  const RequestPtr request(X509_REQ_new());
  const bool ok = request && X509_REQ_set_version(request.get(), X509_REQ_VERSION_1) == 1 &&
                  X509_REQ_set_subject_name(request.get(), name->get()) == 1 &&
                  X509_REQ_set_pubkey(request.get(), key->get()) == 1 &&
                  X509_REQ_sign(request.get(), key->get(), EVP_sha256()) > 0;
  if (!ok) return openssl_error("CsrFailed", "the certificate request could not be made");
  return to_der(request.get(), i2d_X509_REQ);
}

Result<Subject> csr_subject(std::string_view csr_der) {
  auto request = read_request(csr_der);
  if (!request) return request.error();
  return read_name(X509_REQ_get_subject_name(request->get()));
}

Result<std::string> sign_csr(const Identity& ca, std::string_view csr_der, const SignOptions& options) {
  auto request = read_request(csr_der);
  if (!request) return request.error();
  EVP_PKEY* key = X509_REQ_get0_pubkey(request->get());
  if (key == nullptr || X509_REQ_verify(request->get(), key) != 1)
    return openssl_error("BadCsr", "the certificate request is not signed by its own key");
  // The rest of the request's subject (1.15 sends country and town) is dropped, as KubeEdge does.
  auto name = make_name(read_name(X509_REQ_get_subject_name(request->get())));
  if (!name) return name.error();
  return sign_leaf(ca, name->get(), key, options);
}

Result<CertificateInfo> certificate_info(std::string_view certificate_pem) {
  auto certificate = read_certificate(certificate_pem);
  if (!certificate) return certificate.error();
  return describe_certificate(certificate->get());
}

Result<std::string> certificate_pem_to_der(std::string_view pem) {
  auto certificate = read_certificate(pem);
  if (!certificate) return certificate.error();
  return to_der(certificate->get(), i2d_X509);
}

Result<std::string> certificate_der_to_pem(std::string_view der) {
  if (der.empty() || der.size() > kMaxInput)
    return invalid("BadCertificate", "a certificate in DER was expected");
  auto at = reinterpret_cast<const unsigned char*>(der.data());
  const CertificatePtr certificate(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
  if (!certificate) return openssl_error("BadCertificate", "a certificate in DER was expected");
  return print_certificate(certificate.get());
}

Result<std::string> key_pem_to_der(std::string_view key_pem) {
  auto key = read_key(key_pem);
  if (!key) return key.error();
  auto der = to_der(key->get(), i2d_PrivateKey);
  if (der.empty()) return openssl_error("BadKey", "the key could not be written as DER");
  return der;
}

std::string sha256_hex(std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha256(), nullptr);
  std::string hex;
  for (unsigned int i = 0; i < size; ++i)
    hex += fmt::format("{:02x}", digest[i]);
  return hex;
}

}  // namespace hearth::net
