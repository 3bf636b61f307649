// SPDX-License-Identifier: Apache-2.0
#include "sdk/net/x509.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "tests/support/temp_folder.hpp"

namespace hearth::net {
namespace {

using std::chrono::hours;
using testing::ElementsAre;

Identity ca() {
  static const Identity made = make_ca({"Hearth", {}}, hours(24 * 36500)).value();
  return made;
}

bool openssl_verifies(const std::string& ca_pem, const std::string& leaf_pem, const std::string& options) {
  const test::TempFolder temporary;
  const auto& folder = temporary.path();
  std::ofstream(folder / "ca.pem") << ca_pem;
  std::ofstream(folder / "leaf.pem") << leaf_pem;
  const auto command = "openssl verify -x509_strict " + options + " -CAfile " + (folder / "ca.pem").string() +
                       " " + (folder / "leaf.pem").string() + " >/dev/null 2>&1";
  const int status = std::system(command.c_str());
  return status == 0;
}

TEST(X509, MakesAServerCertificateThatOpensslVerifiesForItsNamesAndAddresses) {
  SignOptions options;
  options.usages = {Usage::server};
  options.alt_names = {"localhost", "127.0.0.1", "::1"};
  const auto server = make_identity(ca(), {"hearth-cloud", {}}, options).value();
  EXPECT_TRUE(openssl_verifies(ca().certificate_pem, server.certificate_pem,
                               "-purpose sslserver -verify_ip 127.0.0.1 -verify_hostname localhost"));
  EXPECT_FALSE(openssl_verifies(ca().certificate_pem, server.certificate_pem, "-verify_ip 127.0.0.2"));
  EXPECT_FALSE(openssl_verifies(ca().certificate_pem, server.certificate_pem, "-purpose sslclient"));
  const auto info = certificate_info(server.certificate_pem).value();
  EXPECT_THAT(info.alt_names, ElementsAre("localhost", "127.0.0.1", "::1"));
}

TEST(X509, TakesAnAlternativeNameAsItIsWrittenAndNeverAsTwo) {
  SignOptions options;
  options.alt_names = {"a.example,DNS:b.example"};
  const auto made = make_identity(ca(), {"x", {}}, options).value();
  EXPECT_THAT(certificate_info(made.certificate_pem).value().alt_names,
              ElementsAre("a.example,DNS:b.example"));
}

TEST(X509, SignsARequestWithItsSubjectAndAFreshSerial) {
  const auto key = make_key_pem().value();
  const Subject subject{"system:node:edge-1", {"system:nodes"}};
  const auto csr = make_csr_der(key, subject).value();
  EXPECT_EQ(csr_subject(csr).value(), subject);
  SignOptions options;
  options.usages = {Usage::client};
  options.lifetime = hours(24);
  const auto pem = sign_csr(ca(), csr, options).value();
  EXPECT_NE(pem, sign_csr(ca(), csr, options).value());
  const auto info = certificate_info(pem).value();
  EXPECT_EQ(info.subject, subject);
  EXPECT_LT(info.not_before, std::chrono::system_clock::now() - std::chrono::minutes(4));
  EXPECT_GT(info.not_after, std::chrono::system_clock::now() + hours(23));
  EXPECT_LT(info.not_after, std::chrono::system_clock::now() + hours(25));
  EXPECT_TRUE(openssl_verifies(ca().certificate_pem, pem, "-purpose sslclient"));
}

TEST(X509, BeginsAShortLifeHardlyBeforeItIsSigned) {
  SignOptions options;
  options.lifetime = std::chrono::seconds(20);
  const auto csr = make_csr_der(make_key_pem().value(), {"system:node:edge-1", {}}).value();
  const auto info = certificate_info(sign_csr(ca(), csr, options).value()).value();
  EXPECT_EQ(info.not_after - info.not_before, std::chrono::seconds(22));
}

TEST(X509, KeepsCommonNamesLongerThanX520Allows) {
  const Subject subject{"system:node:" + std::string(200, 'n'), {"system:nodes"}};
  const auto csr = make_csr_der(make_key_pem().value(), subject).value();
  EXPECT_EQ(certificate_info(sign_csr(ca(), csr, {}).value()).value().subject, subject);
}

TEST(X509, RefusesARequestWhoseSignatureIsNotItsKeys) {
  auto csr = make_csr_der(make_key_pem().value(), {"system:node:a", {}}).value();
  const auto name = csr.find("system:node:a");
  ASSERT_NE(name, csr.npos);
  csr[name + 12] = 'b';
  const auto refused = sign_csr(ca(), csr, {});
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, "BadCsr");
}

TEST(X509, CarriesACertificateThroughDerAndBack) {
  const auto der = certificate_pem_to_der(ca().certificate_pem).value();
  EXPECT_EQ(certificate_der_to_pem(der).value(), ca().certificate_pem);
}

TEST(X509, WritesTheKeyAsSec1) {
  const auto der = key_pem_to_der(ca().key_pem).value();
  // SEQUENCE { INTEGER 1, OCTET STRING of 32 bytes …
  EXPECT_EQ(der.substr(2, 5), std::string("\x02\x01\x01\x04\x20", 5));
}

TEST(X509, AnswersGarbageWithAnError) {
  for (const std::string garbage :
       {"", "rubbish", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "0\x82\xff\xff",
        "-----BEGIN PRIVATE KEY-----\n"}) {
    EXPECT_FALSE(certificate_info(garbage).has_value());
    EXPECT_FALSE(certificate_pem_to_der(garbage).has_value());
    EXPECT_FALSE(certificate_der_to_pem(garbage).has_value());
    EXPECT_FALSE(key_pem_to_der(garbage).has_value());
    EXPECT_FALSE(csr_subject(garbage).has_value());
    EXPECT_FALSE(sign_csr(ca(), garbage, {}).has_value());
    EXPECT_FALSE(make_csr_der(garbage, {"x", {}}).has_value());
    EXPECT_FALSE(make_identity({garbage, garbage}, {"x", {}}, {}).has_value());
  }
}

TEST(X509, HashesAsLowerCaseHex) {
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

}  // namespace
}  // namespace hearth::net
