// SPDX-License-Identifier: Apache-2.0
#include "host/eventbus/broker_problems.hpp"

#include <openssl/err.h>
#include <openssl/sslerr.h>

#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <cstring>
#include <fstream>
#include <iterator>

namespace hearth::eventbus {
namespace {

namespace asio = boost::asio;

std::string tls_problem(const boost::system::error_code& error) {
  const auto code = static_cast<unsigned long>(error.value());
  if (ERR_GET_REASON(code) == SSL_R_CERTIFICATE_VERIFY_FAILED) {
    return "TLS: its certificate is not accepted; brokerCa must be the CA that signed it, and it must name "
           "the host "
           "that `broker` names";
  }
  const char* reason = ERR_reason_error_string(code);
  return std::string("TLS: ") + (reason != nullptr ? reason : "the handshake failed");
}

Result<void> check_pem(const std::string& setting, const std::string& file) {
  if (file.empty()) return {};
  std::ifstream in(file);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  if (!in.is_open()) return unavailable("BadBrokerTls", setting + " " + file + ": " + std::strerror(errno));
  if (text.find("-----BEGIN ") != std::string::npos) return {};
  return invalid("BadBrokerTls", setting + " " + file + ": expected a PEM file");
}

}  // namespace

std::string connack_problem(int code) {
  switch (code) {
    case 1:
      return "it does not speak MQTT 3.1.1";
    case 2:
      return "it refuses the client id";
    case 3:
      return "it is not ready";
    case 4:
      return "wrong user name or password";
    case 5:
      return "not authorised";
    default:
      return "it refuses the connection with code " + std::to_string(code);
  }
}

std::string link_problem(const boost::system::error_code& error) {
  if (error.category() == asio::error::get_ssl_category()) return tls_problem(error);
  if (is_closed_by_peer(error)) return "the connection broke";
  if (error == asio::error::connection_refused) return "nobody takes the connection";
  return error.message();
}

bool is_closed_by_peer(const boost::system::error_code& error) {
  return error == asio::error::eof || error == asio::error::connection_reset ||
         error == asio::error::broken_pipe || error == asio::ssl::error::stream_truncated;
}

Result<void> check_tls_files(const BrokerTls& tls) {
  if (tls.cert.empty() != tls.key.empty())
    return invalid("BadBrokerTls", "brokerCert and brokerKey belong together; one of them is missing");
  if (const auto ca = check_pem("brokerCa", tls.ca); !ca) return ca.error();
  if (const auto cert = check_pem("brokerCert", tls.cert); !cert) return cert.error();
  return check_pem("brokerKey", tls.key);
}

}  // namespace hearth::eventbus
